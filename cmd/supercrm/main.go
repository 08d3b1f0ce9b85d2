package main

import (
	"fyne.io/fyne/v2/app"
	_ "modernc.org/sqlite"
)

func main() { app.NewWithID("x").Run() }
