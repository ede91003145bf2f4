using System.Text.Json.Serialization;
using Maas.Core.Records;

namespace Maas.Core.Accounts;

/// <summary>That a user dismissed a message.</summary>
internal sealed record NotificationDismissal : StoredRecord
{
    public long NotificationId { get; init; }

    public long UserId { get; init; }
}

/// <summary>The tables of notifications.</summary>
internal static class NotificationTables
{
    public static RecordTable<Notification> Notifications { get; } = new(
        "notifications",
        NotificationJson.Default.Notification,
        [
            RecordColumn.Text<Notification>("ident", notification => notification.Ident),
            RecordColumn.Number<Notification>("user", notification => notification.UserId),
        ],
        [new RecordKey("ident", "ident")]);

    public static RecordTable<NotificationDismissal> Dismissals { get; } = new(
        "notification_dismissals",
        NotificationJson.Default.NotificationDismissal,
        [
            RecordColumn.Reference<NotificationDismissal>(
                "notification", dismissal => dismissal.NotificationId, Notifications, cascades: true),
            RecordColumn.Number<NotificationDismissal>("user", dismissal => dismissal.UserId),
        ],
        [new RecordKey("user", "notification", "user")]);

    public static IReadOnlyList<RecordTable> All { get; } = [Notifications, Dismissals];
}

/// <summary>How notifications are written.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Notification))]
[JsonSerializable(typeof(NotificationDismissal))]
internal sealed partial class NotificationJson : JsonSerializerContext;
