// Package search understands what is typed into a search box and finds the rows of the one full-text index that it means:
// mail, events, people, companies and notes. It gives ids; what a row looks like is known to those who own it (mirror,
// crm), and how results are shown, to ui. It never asks the service.
package search
