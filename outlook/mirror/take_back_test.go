package mirror

import (
	"errors"
	"testing"
)

// The message that an answer was for may be on the screen beside its text: taking the answer back leaves it to the next round
// to find that it is gone.
func TestTakingBackAnAnswerToWhatIsGoneLeavesItsMessageToTheNextRound(t *testing.T) {
	r, ctx := ready(t, 2), t.Context()
	id := r.mail("Quote 1").ID
	r.m.Close() // so that the mirror does not hear of it first
	must(t, r.box.RemoveMessage(r.graphID("message", id)))
	_, err := r.m.SendReply(ctx, Reply{MessageID: id, Text: "Hello?"})
	must(t, err)
	r.stop()
	r.start()
	var box []OutboxItem
	r.until("the answer fails", func() bool {
		box, _ = r.m.Outbox(ctx)
		return len(box) == 1 && box[0].State == PendingFailed
	})
	if !box[0].AnswersNothing || box[0].Subject != "Quote 1" {
		t.Fatalf("%+v", box[0])
	}
	r.m.Close() // no round between
	if _, err := r.m.TakeBack(ctx, box[0].ID, "mail.draft.new."); err != nil {
		t.Fatal(err)
	}
	if _, err := r.m.Message(ctx, id); err != nil {
		t.Fatal("its message went with it", err)
	}
	r.stop()
	r.start()
	r.synced()
	if _, err := r.m.Message(ctx, id); !errors.Is(err, ErrNotFound) {
		t.Fatal("the message that is gone stays", err)
	}
	r.same()
}
