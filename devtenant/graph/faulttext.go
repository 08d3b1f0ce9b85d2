package graph

// FaultText says in a few words what a kind of fault does.
func FaultText(kind string) string {
	return map[string]string{
		FaultThrottle:       "429 with Retry-After",
		FaultUnavailable:    "503 with Retry-After",
		FaultTimeoutAfter:   "504, though the request was carried out",
		FaultReset:          "the connection is cut in the middle of the body",
		FaultTruncated:      "the JSON ends too early",
		FaultEmptyPages:     "an empty page before each delta page",
		FaultReplay:         "delta pages tell an item twice",
		FaultReorder:        "delta pages in reversed order",
		FaultMidPage:        "401 on the pages after the first",
		FaultSlow:           "the body comes in drops",
		FaultDelay:          "the answer comes late",
		FaultClockSkew:      "the Date header is off",
		FaultNewIDs:         "a move changes the immutable id, too",
		FaultConflict:       "412 although the ETag fits",
		FaultExpired:        "410 for a delta link that is still good",
		FaultMissingMasters: "series masters are left out of calendar deltas",
		FaultPass:           "nothing goes wrong; for scripts",
	}[kind]
}
