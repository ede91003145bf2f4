namespace Maas.Boot.Tftp;

/// <summary>How a transfer ended.</summary>
/// <param name="Words">For the observer and the log: <c>completed</c>, or why not.</param>
/// <param name="Error">What the client is told, when it is told.</param>
internal sealed record TftpOutcome(string Words, TftpErrorCode? Error = null)
{
    public static readonly TftpOutcome Completed = new("completed");

    /// <summary>Every block was sent and repeated; the last acknowledgement never came. Many clients do not send it twice.</summary>
    public static readonly TftpOutcome Unconfirmed = new("sent, but the last block was never acknowledged");

    /// <summary>What OVMF does before each file: asks the size, aborts, and asks again for the content.</summary>
    public static readonly TftpOutcome SizeAsked = new("only the size was asked");

    public static readonly TftpOutcome NeverAnswered = new("the client never answered");

    public static readonly TftpOutcome Displaced = new("the client had not answered, and its place was needed");

    public static readonly TftpOutcome WentSilent = new("the client went silent");

    public static readonly TftpOutcome PortClosed = new("the client closed its port");

    public static readonly TftpOutcome Superseded = new("the client began another transfer from the same port");

    public static readonly TftpOutcome Stopped = new("the server was stopped", TftpErrorCode.NotDefined);

    public static TftpOutcome Aborted(TftpErrorCode code, string text) => new($"aborted by the client: error {(int)code} {text}".TrimEnd());

    public static TftpOutcome Unreadable(string reason) => new($"the file could not be read: {reason}", TftpErrorCode.NotDefined);
}
