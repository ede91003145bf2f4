using System.Text.Json;

namespace Maas.Core.Accounts;

/// <summary>The rules of notifications, in the words of MAAS's forms.</summary>
internal static class NotificationRules
{
    private const int LongestIdent = 40;
    private const int LongestMessage = 4096;
    private const int LongestContext = 16 * 1024;

    public static bool IsFor(this Notification notification, User user) =>
        notification.UserId == user.Id
        || (user.IsAdministrator ? notification.Administrators : notification.Users);

    public static (string Field, string Reason)? Check(Notification notification)
    {
        if (notification.Ident is { } ident && (ident.Length > LongestIdent || ident.Any(char.IsControl)))
            return ("ident", ident.Length > LongestIdent ? FormMessages.TooLong(ident, LongestIdent) : FormMessages.Invalid);
        if (notification.Message.Length == 0) return ("message", FormMessages.Required);
        if (notification.Message.Length > LongestMessage)
            return ("message", FormMessages.TooLong(notification.Message, LongestMessage));
        if (notification.Context.Length > LongestContext)
            return ("context", FormMessages.TooLong(notification.Context, LongestContext));
        if (!TryReadNames(notification.Context, out var names, out var reason)) return ("context", reason);
        return CanRender(notification.Message, names) ? null : (FormMessages.WholeForm, "Notification cannot be rendered.");
    }

    private static bool TryReadNames(string context, out HashSet<string> names, out string reason)
    {
        (names, reason) = ([], "");
        try
        {
            using var json = JsonDocument.Parse(context);
            if (json.RootElement.ValueKind == JsonValueKind.Object)
            {
                foreach (var member in json.RootElement.EnumerateObject()) names.Add(member.Name);
                return true;
            }

            reason = "Context is not a mapping.";
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException) // the latter: half a surrogate pair
        {
            reason = "Enter a valid JSON.";
        }

        return false;
    }

    /// <summary>Whether each replacement field of a message, in the notation of Python's <c>format</c>, names a member.</summary>
    private static bool CanRender(string message, HashSet<string> names)
    {
        for (var at = 0; at < message.Length; at++)
        {
            if (message[at] is not ('{' or '}')) continue;
            if (at + 1 < message.Length && message[at + 1] == message[at])
            {
                at++;
                continue;
            }

            if (message[at] == '}') return false;
            var end = message.IndexOfAny(['{', '}'], at + 1);
            if (end < 0 || message[end] == '{') return false;
            var field = message[(at + 1)..end];
            var name = field.IndexOfAny(['.', '[', '!', ':']) is >= 0 and var cut ? field[..cut] : field;
            if (!names.Contains(name)) return false;
            at = end;
        }

        return true;
    }
}
