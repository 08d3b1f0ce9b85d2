package realwindow

import (
	"encoding/json"
	"fmt"
	"time"

	"golang.org/x/net/websocket"
)

// devtools speaks the Chrome DevTools Protocol with one tab: JSON over a web socket, a call and then its answer. It is not
// safe for concurrent use.
type devtools struct {
	conn *websocket.Conn
	last int
}

func dialTools(url string) (*devtools, error) {
	conn, err := websocket.Dial(url, "", "http://127.0.0.1/")
	if err != nil {
		return nil, fmt.Errorf("attach to the tab: %w", err)
	}
	conn.MaxPayloadBytes = 64 << 20 // pictures
	return &devtools{conn: conn}, nil
}

func (d *devtools) Close() error { return d.conn.Close() }

// call sends a method and waits for its answer; events that come in between are not needed and dropped. result may be nil.
func (d *devtools) call(method string, params, result any) error {
	d.last++
	if err := d.conn.SetDeadline(time.Now().Add(15 * time.Second)); err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	if err := websocket.JSON.Send(d.conn, map[string]any{"id": d.last, "method": method, "params": params}); err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	for {
		var answer struct {
			ID     int             `json:"id"`
			Result json.RawMessage `json:"result"`
			Error  *struct {
				Message string `json:"message"`
			} `json:"error"`
		}
		if err := websocket.JSON.Receive(d.conn, &answer); err != nil {
			return fmt.Errorf("%s: %w", method, err)
		}
		switch {
		case answer.ID != d.last:
			continue
		case answer.Error != nil:
			return fmt.Errorf("%s: %s", method, answer.Error.Message)
		case result == nil:
			return nil
		}
		if err := json.Unmarshal(answer.Result, result); err != nil {
			return fmt.Errorf("%s: %w", method, err)
		}
		return nil
	}
}

// evaluate runs JavaScript in the tab and decodes its value into result, which may be nil.
func (d *devtools) evaluate(script string, result any) error {
	var answer struct {
		Result struct {
			Value json.RawMessage `json:"value"`
		} `json:"result"`
		Exception *struct {
			Text string `json:"text"`
		} `json:"exceptionDetails"`
	}
	err := d.call("Runtime.evaluate", map[string]any{"expression": script, "returnByValue": true, "awaitPromise": true}, &answer)
	if err != nil {
		return err
	}
	if answer.Exception != nil {
		return fmt.Errorf("run script: %s", answer.Exception.Text)
	}
	if result == nil || len(answer.Result.Value) == 0 {
		return nil
	}
	if err := json.Unmarshal(answer.Result.Value, result); err != nil {
		return fmt.Errorf("read what the script gave: %w", err)
	}
	return nil
}
