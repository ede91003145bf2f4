using Maas.Core.Records;

namespace Maas.Core.Accounts;

/// <summary>A message for users, shown until it is deleted or each of them dismisses it.</summary>
public sealed record Notification : StoredRecord
{
    /// <summary>An identifier by which its author finds it again; unique. <see langword="null"/> for none.</summary>
    public string? Ident { get; init; }

    /// <summary>The message. <c>{name}</c> in it is replaced by that member of <see cref="Context"/>; <c>{{</c> is a brace.</summary>
    public required string Message { get; init; }

    /// <summary>A JSON object.</summary>
    public string Context { get; init; } = "{}";

    /// <summary>The kind of message.</summary>
    public NotificationCategory Category { get; init; }

    /// <summary>The id of the one user for whom it is; <see langword="null"/> for none.</summary>
    public long? UserId { get; init; }

    /// <summary>Whether it is for all users who are not administrators.</summary>
    public bool Users { get; init; }

    /// <summary>Whether it is for all administrators.</summary>
    public bool Administrators { get; init; }

    /// <summary>Whether a user may dismiss it.</summary>
    public bool Dismissable { get; init; }
}

/// <summary>The kind of a message.</summary>
public enum NotificationCategory
{
    /// <summary>Information.</summary>
    Info,

    /// <summary>Something succeeded.</summary>
    Success,

    /// <summary>Something may need attention.</summary>
    Warning,

    /// <summary>Something failed.</summary>
    Error,
}
