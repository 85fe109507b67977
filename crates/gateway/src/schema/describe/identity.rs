//! Root fields about who somebody is, and what they answer.

use super::{input, output, platform::enumeration};
use crate::schema::model::{Bind, InputField, InputObjectType, ObjectType, OutputField, Process, Ref, TypeTable};
use indexmap::IndexMap;

pub(super) type Fields = IndexMap<String, OutputField>;

/// What signs in, stays signed in and ends it.
pub(super) fn mutations(table: &mut TypeTable, fields: &mut Fields) {
    session(table);
    api_key(table);
    let parts = [
        ("secret", Ref::required("String"), "In base32, for typing."),
        ("url", Ref::required("String"), "The same as an address (`otpauth:`) for a QR code."),
    ];
    object(table, "TotpEnrolment", "A second factor that is to be confirmed.", &parts);
    let mut add =
        |name: &str, ty, process, arguments, description| add(fields, name, ty, process, arguments, description);
    let text = |description: &str| input(Ref::required("String"), description);
    let (truth, signed_in) = (|| Ref::required("Boolean"), || Ref::required("Session"));
    let description = "Signs in with e-mail address and password.";
    let code = input(Ref::new("String"), "For who has a second factor: the code of the app, or a recovery code.");
    let arguments = vec![("email", text("E-mail address.")), ("password", text("Password.")), ("code", code)];
    add("login", signed_in(), Process::Login, arguments, description);
    let description = "Continues a session: exchanges its refresh token, which is good once, for new tokens.";
    let arguments = vec![("refreshToken", text("The last one that was given."))];
    add("refreshToken", signed_in(), Process::RefreshToken, arguments, description);
    let description =
        "Ends the session of the access token, or that of a refresh token; answers whether there was one.";
    let arguments = vec![("refreshToken", input(Ref::new("String"), "For a client whose access token has ended."))];
    add("logout", truth(), Process::Logout, arguments, description);
    let description = "Ends all sessions of the signed-in user; answers how many there were.";
    add("logoutEverywhere", Ref::required("Int"), Process::LogoutEverywhere, Vec::new(), description);
    let description = "Ends one session of the signed-in user; answers whether there was one.";
    let arguments = vec![("id", input(Ref::required("ID"), "Its id, as `mySessions` tells it."))];
    add("endSession", truth(), Process::EndSession, arguments, description);
    let new = || text("The new one: 12 to 128 characters, not the name or address, not a common one.");
    let description = "Gives the signed-in user another password; its other sessions end.";
    let arguments = vec![("currentPassword", text("The one until now.")), ("newPassword", new())];
    add("changePassword", truth(), Process::ChangePassword, arguments, description);
    let description = "Sends a token for a new password to a user; the answer is the same where there is no such user.";
    let arguments = vec![("email", text("E-mail address."))];
    add("requestPasswordReset", truth(), Process::RequestPasswordReset, arguments, description);
    let description = "Gives the user of a token another password; all its sessions end.";
    let arguments = vec![("token", text("From the message, good once for an hour.")), ("newPassword", new())];
    add("resetPassword", truth(), Process::ResetPassword, arguments, description);
    let description = "Creates a user, and sends it a token to choose a password with; another, if it has not done so yet. For administrators.";
    let maybe = |description: &str| input(Ref::new("String"), description);
    let arguments = vec![
        ("email", text("E-mail address.")),
        ("role", input(Ref::required("UserRole"), "Its role.")),
        ("firstName", maybe("First name.")),
        ("lastName", maybe("Last name.")),
    ];
    add("inviteUser", Ref::required("User"), Process::InviteUser, arguments, description);
    let user = || ("id", input(Ref::required("ID"), "Id of the user."));
    let role = ("role", input(Ref::required("UserRole"), "The role from now on; at most the caller's own."));
    let description = "Gives a user another role. Its sessions end, and its API keys do no more than it may. For administrators, not for themselves.";
    add("changeUserRole", Ref::required("User"), Process::ChangeUserRole, vec![user(), role], description);
    let description = "Lets a user sign in no more; its sessions end, and its API keys stop working. What it owns stays its own. For administrators, not for themselves.";
    add("deactivateUser", Ref::required("User"), Process::DeactivateUser, vec![user()], description);
    let description = "Lets a user sign in again. For administrators.";
    add("reactivateUser", Ref::required("User"), Process::ReactivateUser, vec![user()], description);
    let description = "Gives an invited user its first password, and signs it in.";
    let arguments = vec![("token", text("From the message, good once for seven days.")), ("password", new())];
    add("acceptInvitation", signed_in(), Process::AcceptInvitation, arguments, description);
    let description = "Begins to set up a second factor: gives a secret for an app that shows one-time codes (TOTP).";
    let arguments = vec![("password", text("The user's password."))];
    add("enrolTotp", Ref::required("TotpEnrolment"), Process::EnrolTotp, arguments, description);
    let description =
        "Asks for the second factor from now on; answers recovery codes, each good once, which are shown only here.";
    let arguments = vec![("code", text("What the app shows."))];
    add("confirmTotp", Ref::required_list("String"), Process::ConfirmTotp, arguments, description);
    let description = "Ends the second factor of the signed-in user.";
    let arguments =
        vec![("password", text("The user's password.")), ("code", text("What the app shows, or a recovery code."))];
    add("disableTotp", truth(), Process::DisableTotp, arguments, description);
    let description =
        "Ends the second factor of another user, who has lost it, and all its sessions. For administrators.";
    let arguments = vec![("user", input(Ref::required("ID"), "Its id."))];
    add("resetTotp", Ref::required("User"), Process::ResetTotp, arguments, description);
    let description = "Gives a session to the page whose user has signed in elsewhere (OpenID Connect).";
    let arguments = vec![
        ("token", text("What the page was sent back with, good once for a minute.")),
        ("verifier", text("The secret whose SHA-256 the page began with.")),
    ];
    add("finishSignIn", signed_in(), Process::FinishSignIn, arguments, description);
    let description = "Creates an API key of the signed-in user; the answer is the only place where the key is shown.";
    let arguments = vec![
        ("name", text("What the key is for.")),
        ("role", input(Ref::new("ApiKeyRole"), "At most the user's own; READONLY unless said otherwise.")),
        ("scope", input(Ref::list("ApiKeyGrant"), "What of the role it may use; all of it unless said otherwise.")),
        ("expiresAt", input(Ref::new("DateTime"), "When it ends; never unless said otherwise.")),
    ];
    add("createApiKey", Ref::required("CreatedApiKey"), Process::CreateApiKey, arguments, description);
    let description = "Makes an API key worthless: one's own, or an administrator any of the organization.";
    let arguments = vec![("id", input(Ref::required("ID"), "Its id."))];
    add("revokeApiKey", Ref::required("ApiKey"), Process::RevokeApiKey, arguments, description);
}

/// What tells about it.
pub(super) fn queries(table: &mut TypeTable, fields: &mut Fields) {
    let parts = [
        ("id", Ref::required("ID"), "Its id."),
        ("method", Ref::required("String"), "How the user signed in, such as `password`."),
        ("createdAt", Ref::required("DateTime"), "When."),
        ("usedAt", Ref::required("DateTime"), "When it was last continued."),
        ("expiresAt", Ref::required("DateTime"), "When it ends, unless it is ended before."),
        ("ipAddress", Ref::new("String"), "Network address that the user signed in from."),
        ("userAgent", Ref::new("String"), "What the client called itself."),
        ("current", Ref::required("Boolean"), "Whether this request belongs to it."),
    ];
    object(table, "ActiveSession", "A sign-in that lasts.", &parts);
    let description = "The sessions of the signed-in user, newest first.";
    add(fields, "mySessions", Ref::required_list("ActiveSession"), Process::MySessions, Vec::new(), description);
}

fn api_key(table: &mut TypeTable) {
    let parts = [
        ("key", Ref::required("String"), "Send it as `Authorization: Bearer …`. It is not shown again."),
        ("apiKey", Ref::required("ApiKey"), "What is kept of it."),
    ];
    object(table, "CreatedApiKey", "A new API key.", &parts);
    let actions = [
        ("READ", "Look at records."),
        ("CREATE", "Make new ones."),
        ("UPDATE", "Change them."),
        ("DELETE", "Remove them, and bring them back."),
    ];
    enumeration(table, "ApiKeyAction", "Something that is done to records.", &actions);
    let fields = IndexMap::from([
        (
            "module".to_owned(),
            input(Ref::new("ModuleName"), "Records of this module; of all modules unless said otherwise."),
        ),
        ("actions".to_owned(), input(Ref::required_list("ApiKeyAction"), "What may be done to them.")),
    ]);
    let description = "What an API key may do to the records of a module.".to_owned();
    let grant = InputObjectType { description, one_of: false, module: None, values: true, fields };
    table.inputs.insert("ApiKeyGrant".to_owned(), grant);
}

fn session(table: &mut TypeTable) {
    let parts = [
        ("accessToken", Ref::required("String"), "Send it as `Authorization: Bearer …`."),
        ("expiresAt", Ref::required("DateTime"), "When the access token stops working."),
        ("refreshToken", Ref::required("String"), "Buys the next tokens by `refreshToken`; good once. Keep it secret."),
        ("sessionExpiresAt", Ref::required("DateTime"), "When one has to sign in again."),
        ("user", Ref::required("User"), "Who is signed in."),
    ];
    object(table, "Session", "A successful sign-in.", &parts);
}

pub(super) fn add(
    fields: &mut Fields,
    name: &str,
    ty: Ref,
    process: Process,
    arguments: Vec<(&str, InputField)>,
    description: &str,
) {
    let arguments = arguments.into_iter().map(|(name, argument)| (name.to_owned(), argument)).collect();
    let field = OutputField { arguments, ..output(ty, Bind::Process(process), description) };
    fields.insert(name.to_owned(), field);
}

pub(super) fn object(table: &mut TypeTable, name: &str, description: &str, parts: &[(&str, Ref, &str)]) {
    let fields = parts
        .iter()
        .map(|(name, ty, description)| ((*name).to_owned(), output(ty.clone(), Bind::Answer, *description)))
        .collect();
    let object = ObjectType { description: description.to_owned(), implements: Vec::new(), fields };
    table.objects.insert(name.to_owned(), object);
}
