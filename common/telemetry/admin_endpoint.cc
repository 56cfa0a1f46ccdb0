#include "common/telemetry/admin_endpoint.h"

#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/strings/absl_view.h"
#include "common/telemetry/version.h"

namespace serin {
namespace {

HttpResponse Answer(const HttpRequest& request, const prometheus::Registry& registry,
                    const Readiness& readiness) {
  if (request.method != "GET" && request.method != "HEAD") {
    HttpResponse refusal =
        HttpError(405, absl::StrCat("expected GET, got ", AbslView(request.method)));
    refusal.AddHeader("Allow", "GET, HEAD");
    return refusal;
  }
  if (request.path() == "/metrics") {
    return {.content_type = "text/plain; version=0.0.4; charset=utf-8",
            .body = prometheus::TextSerializer().Serialize(registry.Collect())};
  }
  if (request.path() == "/livez") return {.body = "ok\n"};
  if (request.path() == "/readyz") {
    return {.status = readiness.ready() ? 200 : 503, .body = readiness.Describe()};
  }
  return HttpError(
      404, absl::StrCat("expected /metrics, /livez or /readyz, got ", AbslView(request.target)));
}

}  // namespace

absl::StatusOr<std::unique_ptr<AdminEndpoint>> AdminEndpoint::Start(
    const std::string& listen, std::shared_ptr<prometheus::Registry> registry,
    const Readiness& readiness) {
  prometheus::BuildGauge()
      .Name("serin_build_info")
      .Help("Always 1; the labels tell which build runs.")
      .Register(*registry)
      .Add({{"version", kVersion}})
      .Set(1);
  auto server =
      HttpServer::Start({.listen = listen}, [registry = std::move(registry), &readiness](
                                                const HttpRequest& request, HttpResponder respond) {
        respond(Answer(request, *registry, readiness));
      });
  if (!server.ok()) return server.status();
  return std::unique_ptr<AdminEndpoint>(new AdminEndpoint(*std::move(server)));
}

}  // namespace serin
