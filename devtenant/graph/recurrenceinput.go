package graph

import (
	"slices"
	"strings"
	"time"

	"supercrm/devtenant/recurrence"
	"supercrm/devtenant/zones"
)

// wireRecurrence is a patternedRecurrence.
type wireRecurrence struct {
	Pattern struct {
		Type           string   `json:"type"`
		Interval       int      `json:"interval"`
		Month          int      `json:"month"`
		DayOfMonth     int      `json:"dayOfMonth"`
		DaysOfWeek     []string `json:"daysOfWeek"`
		FirstDayOfWeek string   `json:"firstDayOfWeek"`
		Index          string   `json:"index"`
	} `json:"pattern"`
	Range struct {
		Type                string `json:"type"`
		StartDate           string `json:"startDate"`
		EndDate             string `json:"endDate"`
		RecurrenceTimeZone  string `json:"recurrenceTimeZone"`
		NumberOfOccurrences int    `json:"numberOfOccurrences"`
	} `json:"range"`
}

// rule reads a recurrence of an event that starts on start.
func (w *wireRecurrence) rule(start recurrence.Day) (*recurrence.Rule, error) {
	bad := func(what string) error {
		return badRequest("ErrorInvalidRequest", "The recurrence is not valid: "+what+".")
	}
	r := &recurrence.Rule{
		Type: w.Pattern.Type, Interval: w.Pattern.Interval, DayOfMonth: w.Pattern.DayOfMonth, Month: w.Pattern.Month,
		Index: strings.ToLower(w.Pattern.Index), Range: w.Range.Type, Count: w.Range.NumberOfOccurrences, Start: start,
	}
	if r.Index == "" {
		r.Index = "first"
	}
	for _, name := range w.Pattern.DaysOfWeek {
		day := slices.Index(dayNames, strings.ToLower(name))
		if day < 0 {
			return nil, bad("daysOfWeek")
		}
		if !slices.Contains(r.Days, time.Weekday(day)) {
			r.Days = append(r.Days, time.Weekday(day))
		}
	}
	if w.Pattern.FirstDayOfWeek != "" {
		day := slices.Index(dayNames, strings.ToLower(w.Pattern.FirstDayOfWeek))
		if day < 0 {
			return nil, bad("firstDayOfWeek")
		}
		r.FirstDay = time.Weekday(day)
	}
	if w.Range.StartDate != "" {
		date, err := time.Parse(time.DateOnly, w.Range.StartDate)
		if err != nil || recurrence.DayOf(date) != start {
			return nil, bad("range.startDate is not the date of start")
		}
	}
	if r.Range == recurrence.EndDate {
		date, err := time.Parse(time.DateOnly, w.Range.EndDate)
		if err != nil {
			return nil, bad("range.endDate")
		}
		r.End = recurrence.DayOf(date)
	} else {
		r.End = 0
	}
	if r.Range != recurrence.Numbered {
		r.Count = 0
	}
	if zone := w.Range.RecurrenceTimeZone; zone != "" && zone != "tzone://Microsoft/Custom" {
		if _, err := zones.Load(zone); err != nil {
			return nil, badRequest("InvalidTimeZone", "The time zone '"+zone+"' is not supported.")
		}
	}
	if err := r.Validate(); err != nil {
		return nil, bad(err.Error())
	}
	if _, ok := r.First(); !ok {
		return nil, bad("it has no occurrence")
	}
	return r, nil
}
