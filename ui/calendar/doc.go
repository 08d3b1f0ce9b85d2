// Package calendar is the page that shows days in columns: what happens when, with whom, and how to change it. It draws
// its own week grid from plain canvas objects and keeps its model (which event stands where) in plain Go. It reads and
// changes events through a small interface and knows nothing of the network, of mail or of CRM records; the people
// behind a selected event are handed to the frame's who panel.
package calendar
