namespace Maas.Boot.Tftp;

/// <summary>How a transfer ended.</summary>
/// <param name="Label">One of few words, for counting.</param>
/// <param name="Words">For the observer and the log: <c>completed</c>, or why not.</param>
/// <param name="Error">The error that is sent to the client, if any.</param>
internal sealed record TftpOutcome(string Label, string Words, TftpErrorCode? Error = null)
{
    public static readonly TftpOutcome Completed = new("completed", "completed");

    /// <summary>Every block was sent and repeated; the last acknowledgement never came. Many clients do not send it twice.</summary>
    public static readonly TftpOutcome Unconfirmed = new("unconfirmed", "sent, but the last block was never acknowledged");

    /// <summary>What OVMF does before each file: asks the size, aborts, and asks again for the content.</summary>
    public static readonly TftpOutcome SizeAsked = new("size asked", "only the size was asked");

    public static readonly TftpOutcome NeverAnswered = new("never answered", "the client never answered");

    public static readonly TftpOutcome Displaced = new("displaced", "the client had not answered, and its place was needed");

    public static readonly TftpOutcome WentSilent = new("went silent", "the client went silent");

    public static readonly TftpOutcome PortClosed = new("port closed", "the client closed its port");

    public static readonly TftpOutcome Superseded = new("superseded", "the client began another transfer from the same port");

    public static readonly TftpOutcome Stopped = new("stopped", "the server was stopped", TftpErrorCode.NotDefined);

    public static readonly TftpOutcome Failed = new("failed", "the server failed to handle the transfer", TftpErrorCode.NotDefined);

    /// <summary>Whether the client did not get what it asked for.</summary>
    public bool IsFailure => Label is not ("completed" or "unconfirmed" or "size asked" or "superseded");

    public static TftpOutcome Aborted(TftpErrorCode code, string text) =>
        new("aborted", $"aborted by the client: error {(int)code} {text}".TrimEnd());

    public static TftpOutcome Unreadable(string reason) =>
        new("unreadable", $"the file could not be read: {reason}", TftpErrorCode.NotDefined);
}
