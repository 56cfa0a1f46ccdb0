-- wrk: posts the bodies of a file, one a line, in turn.
local bodies, next_body = {}, 0

function init(arguments)
  for body in io.lines(arguments[1]) do bodies[#bodies + 1] = body end
  wrk.headers["Content-Type"] = "application/json"
end

function request()
  next_body = next_body % #bodies + 1
  return wrk.format("POST", nil, nil, bodies[next_body])
end
