using Maas.Core.Records;

namespace Maas.Dashboard.Editing;

/// <summary>What became of a change, as the page shows it.</summary>
/// <param name="Text">What was done, or why it was not.</param>
/// <param name="IsRefused">Whether nothing was changed.</param>
public sealed record EditOutcome(string Text, bool IsRefused)
{
    /// <summary>Why a record was not changed; <see langword="null"/> when it was.</summary>
    internal static string? ReasonOf<T>(RecordEdit<T> edit)
        where T : StoredRecord => edit switch
        {
            RecordEdit<T>.Done => null,
            RecordEdit<T>.Refused { Field: "" or "__all__" } refused => refused.Reason,
            RecordEdit<T>.Refused refused => $"{refused.Field}: {refused.Reason}",
            RecordEdit<T>.InUse used => used.Reason,
            _ => "It does not exist any more.",
        };
}
