using System.Globalization;
using System.Text.Json;
using Maas.Api.Collections;
using Maas.Api.Requests;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Accounts;
using Maas.Core.Records;

namespace Maas.Api.Accounts;

/// <summary>Messages for users. A user sees those that are for the user.</summary>
internal static class NotificationResource
{
    private static readonly Dictionary<string, NotificationCategory> Categories = new(StringComparer.Ordinal)
    {
        ["error"] = NotificationCategory.Error,
        ["warning"] = NotificationCategory.Warning,
        ["success"] = NotificationCategory.Success,
        ["info"] = NotificationCategory.Info,
    };

    private static readonly Field<Notification>[] Fields =
    [
        Field<Notification>.Only(
            ApiArgument.Text("ident", "an identifier of your choice; unique."),
            (notification, form, _) => notification with { Ident = form.Optional("ident")?.Trim() is { Length: > 0 } text ? text : null }),
        Field<Notification>.Text(
            "message", "the message; {name} in it is replaced by that member of context.", notification => notification.Message,
            (notification, value) => notification with { Message = value }).Required(),
        Field<Notification>.Only(
            ApiArgument.Text("context", "a JSON object."),
            (notification, form, _) => notification with { Context = form.Form["context"]?.Trim() is { Length: > 0 } text ? text : "{}" }),
        Field<Notification>.Choice(
            "category", "the kind of message.", Categories, notification => notification.Category,
            (notification, value) => notification with { Category = value }),
        Field<Notification>.Flag(
            "users", "whether it is for all users who are not administrators.", notification => notification.Users,
            (notification, value) => notification with { Users = value }),
        Field<Notification>.Flag(
            "admins", "whether it is for all administrators.", notification => notification.Administrators,
            (notification, value) => notification with { Administrators = value }),
        Field<Notification>.Flag(
            "dismissable", "whether users may dismiss it.", notification => notification.Dismissable,
            (notification, value) => notification with { Dismissable = value }),
    ];

    private static readonly ApiArgument UserArgument =
        ApiArgument.Text("user", "the id or the name of the one user for whom it is; empty for none.");

    public static IEnumerable<ApiResource> All { get; } =
    [
        new("api/2.0/notifications/", "NotificationsHandler", "Messages for you.",
        [
            ApiAction.Read(ApiAccess.User, ListAsync, "List the messages for you that you have not dismissed."),
            ApiAction.Create(ApiAccess.User, CreateAsync, "Create a message.")
                .With([.. Fields.Select(field => field.Argument), UserArgument]) with { Right = ApiRight.EditNotifications },
        ]),
        new("api/2.0/notifications/{id}/", "NotificationHandler", "A message.",
        [
            ApiAction.Read(ApiAccess.User, ReadAsync, "Read a message."),
            ApiAction.Update(ApiAccess.User, UpdateAsync, "Change a message.")
                .With([.. Fields.Select(field => field.Argument with { IsRequired = false }), UserArgument])
                with { Right = ApiRight.EditNotifications },
            ApiAction.Delete(ApiAccess.User, DeleteAsync, "Delete a message.") with { Right = ApiRight.EditNotifications },
            ApiAction.Post("dismiss", ApiAccess.User, DismissAsync, "Do not list a message for you any more."),
        ]),
    ];

    private static async Task<ApiResult> ListAsync(ApiRequest request)
    {
        var users = await UsersAsync(request).ConfigureAwait(false);
        return ApiResults.List(
            await request.Core.Notifications.ListForAsync(request.User, request.Aborted).ConfigureAwait(false),
            (json, notification) => Write(json, notification, users, request.View));
    }

    private static async Task<ApiResult> CreateAsync(ApiRequest request)
    {
        var (edit, form) = await ReadFormAsync(request, isNew: true).ConfigureAwait(false);
        return form.HasErrors ? form.BadRequest() : await AnswerAsync(
            request,
            await request.Core.Notifications.Records.CreateAsync(
                edit(new Notification { Message = "", Dismissable = true }), request.User.Name, request.Aborted).ConfigureAwait(false))
            .ConfigureAwait(false);
    }

    private static async Task<ApiResult> ReadAsync(ApiRequest request)
    {
        if (await FindAsync(request).ConfigureAwait(false) is not { } found) return ApiResults.NotFound("Notification");
        return Notifications.IsFor(found, request.User) || request.User.Has(ApiRight.ViewNotifications)
            ? await ShowAsync(request, found).ConfigureAwait(false)
            : ApiResults.Forbidden("This notification is not for you.");
    }

    private static async Task<ApiResult> UpdateAsync(ApiRequest request)
    {
        if (await FindAsync(request).ConfigureAwait(false) is not { } found) return ApiResults.NotFound("Notification");
        var (edit, form) = await ReadFormAsync(request, isNew: false).ConfigureAwait(false);
        return form.HasErrors ? form.BadRequest() : await AnswerAsync(
            request,
            await request.Core.Notifications.Records.UpdateAsync(found.Id, edit, request.User.Name, request.Aborted).ConfigureAwait(false))
            .ConfigureAwait(false);
    }

    private static async Task<ApiResult> DeleteAsync(ApiRequest request) =>
        await FindAsync(request).ConfigureAwait(false) is { } found
            && await request.Core.Notifications.Records.DeleteAsync(
                found.Id, request.User.Name, cancellationToken: request.Aborted).ConfigureAwait(false)
                is RecordEdit<Notification>.Done
            ? ApiResults.NoContent
            : ApiResults.NotFound("Notification");

    private static async Task<ApiResult> DismissAsync(ApiRequest request)
    {
        if (await FindAsync(request).ConfigureAwait(false) is not { } found) return ApiResults.NotFound("Notification");
        if (await request.Core.Notifications.DismissAsync(found, request.User, request.Aborted).ConfigureAwait(false))
            return ApiResults.Ok;
        return ApiResults.Forbidden(Notifications.IsFor(found, request.User)
            ? "This notification cannot be dismissed." : "This notification is not for you.");
    }

    private static async Task<Notification?> FindAsync(ApiRequest request) =>
        long.TryParse(request.Route["id"], NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? await request.Core.Notifications.Records.GetAsync(id, request.Aborted).ConfigureAwait(false)
            : null;

    /// <summary>The edit that a form asks for. The user that it names is looked up before.</summary>
    private static async Task<(Func<Notification, Notification> Edit, FormReader Form)> ReadFormAsync(ApiRequest request, bool isNew)
    {
        var form = request.Reader();
        User? user = null;
        if (form.Optional("user")?.Trim() is { Length: > 0 } text)
        {
            user = (await request.Core.Users.ListAsync(request.Aborted).ConfigureAwait(false)).FirstOrDefault(
                each => text.All(char.IsAsciiDigit) ? each.Id.ToString(CultureInfo.InvariantCulture) == text : each.Name == text);
            if (user is null)
                form.Refuse("user", "Select a valid choice. That choice is not one of the available choices.");
        }

        _ = Apply(new Notification { Message = "" }, form);
        if (isNew && form.Optional("message") is null) _ = form.Required("message");
        return (notification => Apply(notification, request.Reader()), form);

        Notification Apply(Notification notification, FormReader reader)
        {
            foreach (var field in Fields)
                if (field.Read is { } read && reader.Form.Has(field.Name)) notification = read(notification, reader, request.View);
            return reader.Form.Has("user") ? notification with { UserId = user?.Id } : notification;
        }
    }

    private static async Task<ApiResult> AnswerAsync(ApiRequest request, RecordEdit<Notification> edit) => edit switch
    {
        RecordEdit<Notification>.Done done => await ShowAsync(request, done.Record).ConfigureAwait(false),
        RecordEdit<Notification>.Refused refused => request.Reader().BadRequest(refused.Field, refused.Reason),
        _ => ApiResults.NotFound("Notification"),
    };

    private static async Task<ApiResult> ShowAsync(ApiRequest request, Notification notification)
    {
        var users = await UsersAsync(request).ConfigureAwait(false);
        return ApiResults.Json(json => Write(json, notification, users, request.View));
    }

    private static async Task<Dictionary<long, User>> UsersAsync(ApiRequest request) =>
        (await request.Core.Users.ListAsync(request.Aborted).ConfigureAwait(false)).ToDictionary(user => user.Id);

    private static void Write(Utf8JsonWriter json, Notification notification, Dictionary<long, User> users, ApiView view)
    {
        json.WriteStartObject();
        json.WriteNumber("id", notification.Id);
        json.WriteString("ident", notification.Ident);
        json.WritePropertyName("user");
        if (notification.UserId is { } id && users.TryGetValue(id, out var user)) UserResource.Write(json, user, view);
        else json.WriteNullValue();
        foreach (var field in Fields) field.Write?.Invoke(json, notification, view);
        json.WritePropertyName("context");
        json.WriteRawValue(notification.Context);
        json.WriteString("resource_uri", view.Api("notifications", notification.Id));
        json.WriteEndObject();
    }
}
