-- wrk: posts the bodies of a file, one a line, in turn. The requests are made beforehand, as the load
-- shares the processors with what it measures.
local requests, next_request = {}, 0

function init(arguments)
  wrk.headers["Content-Type"] = "application/json"
  for body in io.lines(arguments[1]) do
    requests[#requests + 1] = wrk.format("POST", nil, nil, body)
  end
end

function request()
  next_request = next_request % #requests + 1
  return requests[next_request]
end
