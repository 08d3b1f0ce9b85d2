package contract

import "strings"

// undescribed are properties that are taken out before a request or an answer is compared, with the reason.
var undescribed = map[string]string{
	"innererror": "the older spelling of innerError, which the service writes, too (facts, \"Errors\")",
}

// pathDeviations are requests that the service answers and that the description has no path for. Each is looked for in
// the request's path.
var pathDeviations = map[string]string{
	"microsoft.graph.": "casts and bound functions in full are legal OData; the description writes the short form",
	"/event":           "the navigation from an eventMessage, a type that the description has no path for",
	"/childFolders/":   "folders nested deeper than the description writes them out",
}

// queryDeviations are query options that the description does not name for an operation.
var queryDeviations = map[string]string{
	"$skiptoken":    "opaque part of the service's own nextLink",
	"$deltatoken":   "opaque part of the service's own deltaLink",
	"$skip":         "part of the service's own nextLink",
	"$top":          "part of the service's own nextLink; accepted by every list",
	"$count":        "accepted by every list",
	"startDateTime": "of reminderView, also accepted as query options",
	"endDateTime":   "likewise",
}

func pathDeviates(path string) bool {
	for part := range pathDeviations {
		if strings.Contains(path, part) {
			return true
		}
	}
	return false
}

// stripped is the value without the known deviations. It changes v.
func stripped(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			if undescribed[name] != "" {
				delete(v, name)
				continue
			}
			v[name] = stripped(inner)
		}
	case []any:
		for i := range v {
			v[i] = stripped(v[i])
		}
	}
	return v
}
