namespace Maas.Core.Nodes;

/// <summary>The likely cause at the end of a status message.</summary>
internal static class LikelyCause
{
    private const string Prefix = "Likely cause: ";

    /// <summary>A message with a cause in the place of an earlier one; without one when it is <see langword="null"/>.</summary>
    public static string Append(string message, string? cause)
    {
        var at = message.IndexOf(Prefix, StringComparison.Ordinal);
        var words = at < 0 ? message : message[..at].TrimEnd();
        return cause is null || words.Contains(cause, StringComparison.Ordinal) ? words : $"{words} {Prefix}{cause}".TrimStart();
    }
}
