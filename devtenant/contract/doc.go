// Package contract holds Graph traffic against Microsoft's own description of the service, cut to the endpoints that we
// know: paths, methods, query options, bodies of requests and of answers. It is for tests only, and it judges the wire
// alone: it knows neither the simulated tenant nor its clients.
//
// The description is no part of this project. Its path comes from GRAPH_OPENAPI, or it lies beside the checkout in
// ../shared/data; where it is not, nothing is checked. Where the service is known to differ from it, deviations.go says
// so, with the reason.
package contract
