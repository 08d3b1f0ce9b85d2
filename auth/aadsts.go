package auth

// The words for AADSTS numbers. What each number means and who can fix it is from Microsoft's "Microsoft Entra
// authentication and authorization error codes"; the wording is our own.

var (
	approvalWords = words{"admin-approval", "Your administrator has to approve Super CRM first",
		"Your organization lets only administrators allow an app to read mail and calendar. Send your administrator the approval link; it takes them one page. When they have approved, sign in here again: you will not be asked any more.",
		WhoAdmin, ActionCopyLink}
	declinedWords = words{"declined", "You declined the permissions",
		"Super CRM cannot show your mail and calendar without them. Sign in again and choose Accept, or let your administrator approve for everybody.", WhoYou, ActionSignIn}
	busyWords = words{"busy", "Microsoft asks for a moment",
		"The sign-in server is overloaded or was asked too often. You stay signed in; Super CRM waits and tries again by itself.", WhoMicrosoft, ActionRetry}
	loopWords = words{"too-often", "Super CRM asked too often",
		"Microsoft saw too many of the same request and holds this account back for a few minutes. Leave it be; Super CRM tries again by itself.", WhoMicrosoft, ActionRetry}
	verifyWords = words{"verify", "Microsoft wants to check that it is you",
		"Your organization asks for a second proof, such as a code or the Authenticator app. Sign in again and follow the steps in the browser.", WhoYou, ActionSignIn}
	setUpVerifyWords = words{"verify-setup", "A second proof has to be set up",
		"Your organization requires a second way to prove who you are, and your account has none yet. Sign in again and set it up in the browser; it may have to be done in the office or on a company computer.", WhoYou, ActionSignIn}
	expiredWords = words{"expired", "Your sign-in has run out",
		"It was unused for too long, or your organization asks for a new one from time to time. Sign in again; everything stored here stays.", WhoYou, ActionSignIn}
	resetWords = words{"reset", "Your sign-in was reset",
		"The password was changed, or an administrator ended all sessions of your account. Sign in again with the new password.", WhoYou, ActionSignIn}
	passwordWords = words{"password", "Your password has to be renewed",
		"It has expired or must be changed. Sign in again: Microsoft's page leads you through it. If it does not, your administrator can reset it.", WhoYou, ActionSignIn}
	wrongPasswordWords = words{"wrong-password", "Name or password is wrong", "Microsoft did not recognise them. Sign in again and type the password anew, or have it reset.", WhoYou, ActionSignIn}
	lockedOutWords     = words{"locked-out", "The account is locked for now",
		"There were too many wrong attempts, or the attempt came from a suspicious address. Wait a while, then sign in again; your administrator can unlock it sooner.", WhoAdmin, ActionTellAdmin}
	disabledWords     = words{"disabled", "The account is turned off", "Your organization has disabled it. Only your administrator can turn it on again.", WhoAdmin, ActionTellAdmin}
	wrongAccountWords = words{"wrong-account", "This account does not belong there",
		"You signed in with an account that this organization does not know; often it is a private one. Sign in again and pick your work account, or ask to be invited as a guest.", WhoYou, ActionSignIn}
	wrongTenantWords = words{"wrong-organization", "No such organization",
		"Microsoft does not know the organization that was named. Check its domain, and in the program's settings that the cloud is the right one.", WhoYou, ActionSettings}
	wrongCloudWords = words{"wrong-cloud", "Your organization is in another cloud",
		"It uses a national cloud of Microsoft's. Choose that cloud in the program's settings, then sign in again.", WhoYou, ActionSettings}
	assignWords = words{"not-assigned", "You are not on the list for Super CRM",
		"Your administrator has limited Super CRM to chosen people and you are not among them. Ask to be added: in the Entra admin centre, Enterprise applications, Super CRM, Users and groups.", WhoAdmin, ActionTellAdmin}
	policyWords = words{"policy", "Your organization blocks this sign-in",
		"A rule of your organization forbids it from here, now or with this app. Trying again does not help. Send the code, the correlation id and the time shown here to your administrator.", WhoAdmin, ActionTellAdmin}
	deviceWords = words{"device", "Your organization wants a managed device",
		"Sign-in is allowed only from a computer that your organization manages and sees as healthy. Use such a computer, with the browser your work account is signed in to (Edge, or one with its add-on), or ask your administrator.", WhoAdmin, ActionTellAdmin}
	approvedAppWords = words{"app-not-allowed", "Your organization allows chosen apps only",
		"Super CRM is not on your organization's list. Your administrator can add an exception in Conditional Access.", WhoAdmin, ActionTellAdmin}
	notFoundWords = words{"app-unknown", "Your organization does not know Super CRM yet",
		"Nobody has approved Super CRM there, or another application id is configured than it should be. Send your administrator the approval link. If it was approved already, check the application id in the program's settings.", WhoAdmin, ActionCopyLink}
	consentWords = words{"consent", "Super CRM needs your permission",
		"The permissions have not been given, or were taken back. Sign in again and choose Accept. If Microsoft then asks for an administrator, send yours the approval link.", WhoYou, ActionSignIn}
	requestWords = words{"ask-for-approval", "Your administrator has to decide",
		"Microsoft's page lets you ask for approval: give a reason there and send it. You get a mail when it is decided; then sign in here again. Or send your administrator the approval link yourself.", WhoAdmin, ActionCopyLink}
	partnerWords = words{"partner", "The customer has to approve first",
		"You are signing in to another organization as its partner. An administrator of that organization must approve Super CRM before you can.", WhoAdmin, ActionCopyLink}
	settlingWords = words{"settling", "Microsoft is still setting this up",
		"Super CRM has just been approved in your organization and not every part of Microsoft knows yet. Wait half a minute and try again. If it stays, your administrator can remove Super CRM from Enterprise applications and approve it anew.", WhoYou, ActionRetry}
	noServiceWords = words{"no-service", "Your organization lacks this service",
		"It has no subscription, or has turned off the service, that mail and calendar need (Exchange Online). Ask your administrator.", WhoAdmin, ActionTellAdmin}
	switchedOffWords = words{"app-off", "Super CRM is switched off in your organization",
		"An administrator has disabled it there. Ask for it to be enabled: in the Entra admin centre, Enterprise applications, Super CRM, Properties.", WhoAdmin, ActionTellAdmin}
	networkRuleWords = words{"network-rule", "This network limits organizations",
		"Your network or an agreement between organizations forbids signing in to this one. Your IT department decides about it.", WhoAdmin, ActionTellAdmin}
	startOverWords = words{"start-over", "The sign-in page was too old",
		"It stood open for too long, or the same sign-in ran twice. Close its browser tab and start again.", WhoYou, ActionSignIn}
	registrationWords = words{"registration", "Super CRM is registered wrongly",
		"The return address at Microsoft does not fit this program; neither you nor trying again can change that. Whoever registered it has to add \"http://localhost\" under \"Mobile and desktop applications\", and under no other platform, and allow public client flows. Tell them the code shown here.", WhoMakers, ActionReport}
	bugWords = words{"bug", "Super CRM asked in a wrong way",
		"That is a mistake in the program. Please report it with the code, the correlation id and the time shown here. Signing in again may help.", WhoMakers, ActionReport}
	registeredRightsWords = words{"registration-permissions", "Super CRM's registration lacks a permission",
		"The program asks for something that its registration at Microsoft does not list, or that no longer exists. Whoever registered it has to correct the list of API permissions. Tell them the code shown here.", WhoMakers, ActionReport}
	oneTenantWords = words{"registration-single", "Super CRM is registered for one organization only",
		"The application id in use belongs to a registration that other organizations cannot sign in to. Put your own organization's id under Advanced, or have the registration opened to several organizations.", WhoMakers, ActionSettings}
	foreignIDWords = words{"registration-foreign", "The application id is not Super CRM's",
		"The id in the settings belongs to a program of Microsoft's own, which nobody else may use. Put in the id of your organization's registration under Advanced, or set it back to the default.", WhoMakers, ActionSettings}
	secretWords = words{"secret", "The secret of this tool is not valid",
		"Microsoft does not accept the client secret: it is mistyped or has run out. Whoever administers the registration can make a new one. Signing in to Super CRM itself needs no secret.", WhoMakers, ActionReport}
	nameTenantWords = words{"tenant-needed", "This needs the organization's name",
		"Without a person, Microsoft wants to know which organization is meant. Give the tenant's id or domain instead of a general name.", WhoMakers, ActionSettings}
	pickAccountWords = words{"pick-account", "Microsoft needs you to sign in",
		"Your browser has no session for this account any more, or another one was meant. Sign in again and pick your work account.", WhoYou, ActionSignIn}
	confirmWords = words{"confirm", "Microsoft wants you to confirm",
		"The page in your browser asked whether it is really you who starts Super CRM, or whether to stay signed in, and got no answer. Sign in again and answer it.", WhoYou, ActionSignIn}
	workOnlyWords = words{"work-account", "Use your work or school account",
		"Super CRM works with accounts of organizations; a private Microsoft account has no access. Sign in again and pick your work account.", WhoYou, ActionSignIn}
	guestWords = words{"no-guest", "This organization does not know you yet",
		"Your account is not among its people or guests, or an invitation is still open. Accept the invitation if you have one, or ask that organization's administrator for one; or sign in again and pick another account.", WhoAdmin, ActionSignIn}
	kerberosWords = words{"computer-session", "Windows' own sign-in has gone stale",
		"Your browser could not use the session of this computer. Lock the screen and unlock it with your password, then sign in again.", WhoYou, ActionSignIn}
	pendingWords = words{"code-waiting", "Waiting for the code to be entered",
		"Nobody has finished on the other device yet. Enter the code there; Super CRM goes on by itself.", WhoYou, ActionNone}
	wrongCodeWords = words{"code-wrong", "The code was not right",
		"What was typed on the other device is not the code shown here. Start again and type the new one.", WhoYou, ActionSignIn}
	lateCodeWords = words{"code-expired", "The code has run out",
		"A code is good for fifteen minutes. Start again: there will be a new one. If the other device showed that your organization does not allow it, sign in with the browser on this computer instead.", WhoYou, ActionSignIn}
	noCodeWords = words{"code-forbidden", "Your organization does not allow signing in with a code",
		"Where only managed computers may sign in, a code typed on another device proves nothing about this one. Sign in with the browser on this computer instead, or ask your administrator for another way.", WhoAdmin, ActionSignIn}
	mismatchWords = words{"other-app", "The sign-in kept here belongs to another program",
		"Microsoft says that it was made for a different application id, so Super CRM cannot use it. Sign out and in again; if that does not help, please report it with the code shown here.", WhoMakers, ActionReport}
	protectedWords = words{"app-protection", "Your organization wants a protected app",
		"A rule asks for an app that is managed by Intune, which Super CRM on this computer is not. Signing in again does not help; your administrator can make an exception.", WhoAdmin, ActionTellAdmin}
	actWords = words{"act", "Microsoft has a question for you",
		"Something about your account needs your answer, on Microsoft's page. Sign in again and follow it.", WhoYou, ActionSignIn}
	remedyWords = words{"remedy", "Something has to be put right first",
		"Microsoft asks for a step outside the sign-in, such as registering this computer or turning on protection. Sign in again to see which; if the page leads nowhere, your administrator can help.", WhoYou, ActionSignIn}
	messageWords = words{"no-way", "Microsoft does not let this account in",
		"The reason is only shown on Microsoft's page, and no step of yours changes it. Send the code, the correlation id and the time shown here to your administrator.", WhoAdmin, ActionTellAdmin}
	clockWords = words{"clock", "The clock of this computer is off",
		"Microsoft's answer is dated so that it cannot be valid now. Set date, time and time zone to automatic in the system settings, then sign in again.", WhoYou, ActionSignIn}
)

// suberrorWords are for the suberrors (MSAL's InteractionRequiredAuthError and its kin) that come without a number that
// says more.
var suberrorWords = map[string]words{
	"basic_action": actWords, "additional_action": remedyWords, "message_only": messageWords, "consent_required": consentWords,
	"user_password_expired": passwordWords, "bad_token": expiredWords, "token_expired": expiredWords,
	"client_mismatch": mismatchWords, "protection_policy_required": protectedWords,
}

// numberWords chooses words by AADSTS number. Numbers pick words and nothing else.
var numberWords = map[int]words{
	90093: approvalWords, 90094: approvalWords, 900941: approvalWords, 900981: approvalWords, 650056: approvalWords, 500011: approvalWords,
	90095: requestWords, 90099: partnerWords,
	65001: consentWords, 90008: consentWords, 65004: declinedWords,
	700016: notFoundWords, 700011: notFoundWords,
	650051: settlingWords, 90090: settlingWords,
	650052: noServiceWords, 65005: noServiceWords,
	70001: switchedOffWords, 7000112: switchedOffWords, 1000031: switchedOffWords,
	50105: assignWords,
	53003: policyWords, 50131: policyWords, 53011: policyWords, 530032: policyWords, 530035: policyWords,
	53000: deviceWords, 53001: deviceWords, 50097: deviceWords, 50129: deviceWords, 530003: deviceWords,
	53002: approvedAppWords,
	50074: verifyWords, 50076: verifyWords, 50078: verifyWords, 50158: verifyWords,
	50072: setUpVerifyWords, 50079: setUpVerifyWords, 53004: setUpVerifyWords, 53010: setUpVerifyWords, 50125: setUpVerifyWords,
	70000: expiredWords, 70008: expiredWords, 70043: expiredWords, 700081: expiredWords, 700082: expiredWords, 700084: expiredWords,
	50132: resetWords, 50133: resetWords, 50173: resetWords,
	50055: passwordWords, 50144: passwordWords, 50135: passwordWords,
	50126: wrongPasswordWords, 50056: wrongPasswordWords,
	50053: lockedOutWords, 50057: disabledWords,
	50020: wrongAccountWords, 50034: wrongAccountWords, 51004: wrongAccountWords, 16000: wrongAccountWords, 16003: guestWords,
	50014: guestWords, 90072: wrongAccountWords, 500208: workOnlyWords,
	90002: wrongTenantWords, 50128: wrongTenantWords, 50059: wrongTenantWords, 90038: wrongCloudWords,
	500021: networkRuleWords, 500212: networkRuleWords, 500213: networkRuleWords,
	50089: startOverWords, 54005: startOverWords, 501481: startOverWords, 900561: startOverWords,
	50196: loopWords,
	50033: busyWords, 50087: busyWords, 50088: busyWords, 90006: busyWords, 90012: busyWords, 90024: busyWords, 90033: busyWords, 90055: busyWords,
	50011: registrationWords, 500113: registrationWords, 7000218: registrationWords, 70004: registrationWords,
	9002327: registrationWords, 700025: registrationWords, 900971: registrationWords,
	650057: registeredRightsWords, 650054: registeredRightsWords, 501461: registeredRightsWords,
	50194: oneTenantWords, 65002: foreignIDWords, 7000215: secretWords, 7000222: secretWords, 9001023: nameTenantWords,
	16001: pickAccountWords, 50058: pickAccountWords, 160021: pickAccountWords, 50085: pickAccountWords,
	50140: confirmWords, 50199: confirmWords, 9002332: workOnlyWords, 81010: kerberosWords, 500133: clockWords,
	70016: pendingWords, 70018: wrongCodeWords, 70019: lateCodeWords, 530033: noCodeWords,
	70011: bugWords, 28002: bugWords, 28003: bugWords, 90014: bugWords, 900144: bugWords, 9002313: bugWords, 700022: bugWords,
	501491: bugWords, 50147: bugWords, 700005: bugWords, 9002326: bugWords, 70007: bugWords, 90019: bugWords, 90023: bugWords, 90102: bugWords, 901002: bugWords,
}
