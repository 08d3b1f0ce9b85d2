package mirror

import (
	"context"
	"errors"
	"fmt"

	"supercrm/outlook"
)

// sendMail makes a draft, fills it and sends it. Every step is written before its request, and what may have happened is
// looked at before anything is repeated:
//
//	drafting  find the marker before making another draft
//	filling   see whether our text is in it already
//	files     see which of the files it has already
//	sending   see whether it still is a draft before sending it again
//
// The service's own answers are no proof: a 504 may have delivered (up to four copies were seen).
func (r *runner) sendMail(ctx context.Context, o outboxRow) error {
	resumed := true // this step was begun by an attempt whose end is not known
	incomplete := 0
	for {
		var err error
		switch o.step {
		case stepNew:
			if err := r.advance(ctx, &o, stepDrafting, ""); err != nil {
				return err
			}
			resumed = false
			continue
		case stepDrafting:
			err = r.makeDraft(ctx, &o, resumed)
		case stepDrafted, stepFilling:
			err = r.fillDraft(ctx, &o)
		case stepFiles:
			err = r.attachFiles(ctx, &o)
		case stepReady:
			if whole, err := r.complete(ctx, o); err != nil {
				return err
			} else if !whole {
				if incomplete++; incomplete > 2 {
					return errors.New("the draft does not keep its files")
				}
				if err := r.advance(ctx, &o, stepFiles, o.remote); err != nil {
					return err
				}
				continue
			}
			if err := r.advance(ctx, &o, stepSending, o.remote); err != nil {
				return err
			}
			resumed = false
			continue
		case stepSending:
			return r.sendDraft(ctx, o, resumed)
		default:
			return refusal{reasonRefused, errors.New("unknown step")}
		}
		if err != nil {
			return err
		}
		if o.step == stepSent {
			return r.sent(ctx, o)
		}
	}
}

// stepSent is never written: it ends sendMail where a message turns out to be sent.
const stepSent = "sent"

func (r *runner) sent(ctx context.Context, o outboxRow) error {
	if err := r.done(ctx, o, nil, "", nil); err != nil {
		return err
	}
	r.m.sweepBlobs(ctx)
	r.wakeSync() // so that it shows among the sent
	return nil
}

func (r *runner) makeDraft(ctx context.Context, o *outboxRow, resumed bool) error {
	if resumed {
		if o.remote != "" { // the draft that it was: what was sent has the draft's id, once the service has filed it
			state, err := r.client.GetMessageState(ctx, o.remote)
			switch {
			case err == nil && !state.IsDraft:
				o.step = stepSent
				return nil
			case err == nil:
				return r.advance(ctx, o, stepFilling, o.remote)
			case !outlook.IsNotFound(err):
				return err
			}
		}
		found, err := r.client.FindByMarker(ctx, o.marker)
		if err != nil {
			return err
		}
		for _, f := range found {
			if !f.IsDraft {
				o.step = stepSent
				return nil
			}
		}
		if len(found) > 0 {
			return r.advance(ctx, o, stepFilling, found[0].ID) // it may have its text
		}
	}
	made, err := r.draftFor(ctx, *o)
	if err != nil {
		return r.stepBack(ctx, o, stepNew, err)
	}
	if made.ID == "" {
		return errors.New("the service made a draft without an id")
	}
	step := stepDrafted
	if o.kind == kindSend {
		if step, err = r.afterText(ctx, *o); err != nil { // it was made with its text
			return err
		}
	}
	return r.advance(ctx, o, step, made.ID)
}

func (r *runner) draftFor(ctx context.Context, o outboxRow) (outlook.Made, error) {
	marker := []outlook.ExtendedProperty{{ID: outlook.MarkerProperty, Value: o.marker}}
	if o.kind == kindSend {
		mail, err := parse[NewMail](o.payload)
		if err != nil {
			return outlook.Made{}, refusal{reasonRefused, err}
		}
		to, cc, bcc := toRecipients(mail.To), toRecipients(mail.Cc), toRecipients(mail.Bcc)
		return r.client.CreateDraft(ctx, outlook.Draft{Subject: &mail.Subject, Body: &outlook.Body{ContentType: "text", Content: mail.Text},
			To: &to, Cc: &cc, Bcc: &bcc, Properties: marker})
	}
	reply, err := parse[Reply](o.payload)
	if err != nil {
		return outlook.Made{}, refusal{reasonRefused, err}
	}
	graph, err := r.graphOf(ctx, o)
	if err != nil {
		return outlook.Made{}, err
	}
	if graph == "" {
		return outlook.Made{}, refusal{reasonGone, errors.New("the message to answer is gone")}
	}
	d := outlook.Draft{Properties: marker}
	if reply.To != nil {
		to := toRecipients(reply.To)
		d.To = &to
	}
	if reply.Cc != nil {
		cc := toRecipients(reply.Cc)
		d.Cc = &cc
	}
	kind := outlook.Reply
	switch {
	case reply.Forward:
		kind = outlook.Forward
	case reply.All:
		kind = outlook.ReplyAll
	}
	return r.client.CreateAnswer(ctx, kind, graph, d)
}

func toRecipients(list []Address) []outlook.Recipient {
	out := make([]outlook.Recipient, 0, len(list))
	for _, a := range list {
		out = append(out, outlook.Recipient{EmailAddress: outlook.EmailAddress{Name: a.Name, Address: a.Addr}})
	}
	return out
}

// fillDraft puts the person's text above the thread that the service quotes. The service's own "comment" would lose the
// line breaks in HTML.
func (r *runner) fillDraft(ctx context.Context, o *outboxRow) error {
	next, err := r.afterText(ctx, *o)
	if err != nil {
		return err
	}
	if o.kind == kindSend {
		return r.advance(ctx, o, next, o.remote) // a draft found by its marker was made with its text
	}
	reply, err := parse[Reply](o.payload)
	if err != nil {
		return refusal{reasonRefused, err}
	}
	again := o.step == stepFilling
	if err := r.advance(ctx, o, stepFilling, o.remote); err != nil {
		return err
	}
	draft, err := r.client.GetDraft(ctx, o.remote)
	if outlook.IsNotFound(err) {
		return refusal{reasonGone, err} // somebody deleted it; Retry makes a new one
	}
	if err != nil {
		return err
	}
	if !draft.IsDraft {
		o.step = stepSent // the person sent it elsewhere
		return nil
	}
	body, there := compose(draft.Body, reply.Text)
	if !again || !there {
		if err := r.client.PatchDraft(ctx, o.remote, outlook.Draft{Body: &body}); err != nil {
			return err
		}
	}
	return r.advance(ctx, o, next, o.remote)
}

// sendDraft sends, looking first when an earlier attempt may have done so.
func (r *runner) sendDraft(ctx context.Context, o outboxRow, resumed bool) error {
	if resumed {
		gone, err := r.wentOut(ctx, o)
		if outlook.IsNotFound(err) && o.failures+1 < maxTries {
			// Sent mail is filed some time after it was sent (learn.microsoft.com/graph/outlook-immutable-id), and until then neither
			// the draft nor the copy is there.
			return fmt.Errorf("neither the draft nor the sent mail is there yet: %s", err)
		}
		if err != nil {
			return err
		}
		if gone {
			return r.sent(ctx, o)
		}
	}
	err := r.client.Send(ctx, o.remote)
	if err == nil {
		return r.sent(ctx, o)
	}
	if outlook.IsNotFound(err) || outlook.IsRefused(err) || outlook.IsConflict(err) {
		// It may be refused because it is sent already.
		gone, lookErr := r.wentOut(ctx, o)
		if lookErr != nil {
			return lookErr
		}
		if gone {
			return r.sent(ctx, o)
		}
	}
	return r.stepBack(ctx, &o, stepReady, err)
}

// stepBack notes that a request certainly was not carried out, so that the next attempt need not look first. It gives
// the error back.
func (r *runner) stepBack(ctx context.Context, o *outboxRow, step string, err error) error {
	if !outlook.Unsent(err) {
		return err
	}
	if noted := r.advance(ctx, o, step, o.remote); noted != nil {
		return noted
	}
	return err
}

// wentOut says whether a draft has been sent, by what it is now. A draft that cannot be found any more is left to the
// person: to send twice is worse than to ask.
func (r *runner) wentOut(ctx context.Context, o outboxRow) (bool, error) {
	state, err := r.client.GetMessageState(ctx, o.remote)
	if err == nil {
		return !state.IsDraft, nil
	}
	if !outlook.IsNotFound(err) {
		return false, err
	}
	found, ferr := r.client.FindByMarker(ctx, o.marker)
	if ferr != nil {
		return false, ferr
	}
	for _, f := range found {
		if !f.IsDraft {
			return true, nil
		}
	}
	return false, refusal{reasonGone, err}
}
