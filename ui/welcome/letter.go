package welcome

import (
	"net/url"
	"strings"

	"supercrm/auth"
	"supercrm/ui/page"
)

// approvalMail is a mail for the person to address and send: it asks the administrator to approve and says what that
// means. It has to stay short, for mail programs take no address (mailto:) of more than about 2,000 characters.
func approvalMail(link string) string {
	return letter(page.T("Please approve Super CRM for our organization"),
		page.T("Hello,"),
		page.T("I would like to use Super CRM with my mailbox. Our organization lets only an administrator allow that. It takes one page:"),
		link,
		page.T("Open it in a private window, as Global, Cloud Application, Application or Privileged Role Administrator. It gives nobody access by itself: each of us still signs in and opens only his or her own mailbox. The page it ends on may be blank."),
		page.T("Thank you!"))
}

// helpMail asks the administrator about a refused sign-in, with what finds it in the sign-in log.
func helpMail(e auth.Explanation) string {
	return letter(page.T("I cannot sign in to Super CRM"),
		page.T("Hello,"),
		page.T("signing in to Super CRM with my work account was refused: {{.Title}}.", map[string]any{"Title": page.T(e.Title)}),
		page.T(e.Text),
		e.Details(),
		page.T("Could you have a look? The sign-in log in the Entra admin centre shows it under this code and id."),
		page.T("Thank you!"))
}

// letter is a mailto: address (RFC 6068) without a recipient.
func letter(subject string, paragraphs ...string) string {
	escape := func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
	return "mailto:?subject=" + escape(subject) + "&body=" + escape(strings.Join(paragraphs, "\r\n\r\n"))
}
