namespace Maas.Power.Ipmi;

/// <summary>What a management controller refused, or why it could not be asked.</summary>
/// <param name="error">The kind of failure.</param>
/// <param name="message">What happened, as a sentence for an operator; holds no secret.</param>
/// <param name="completionCode">The completion code of a refused command; 0 for other failures.</param>
/// <param name="innerException">The cause; null without one.</param>
public sealed class IpmiException(IpmiError error, string message, byte completionCode = 0, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>The kind of failure, for a program to branch on.</summary>
    public IpmiError Error { get; } = error;

    /// <summary>The completion code of a refused command (IPMI 2.0 table 5-2); 0 for other failures.</summary>
    public byte CompletionCode { get; } = completionCode;
}

/// <summary>Why a management controller could not be used.</summary>
public enum IpmiError
{
    /// <summary>The controller's name does not resolve.</summary>
    NameNotFound,

    /// <summary>Nothing answers at the address.</summary>
    NoAnswer,

    /// <summary>The password does not match; it is wrong, or the controller computes its proof wrongly.</summary>
    WrongPassword,

    /// <summary>The user is not known, or not allowed the privilege.</summary>
    UnknownUser,

    /// <summary>The K_g key does not match, or the controller computes its check value wrongly.</summary>
    WrongKey,

    /// <summary>The user may not have the privilege.</summary>
    PrivilegeRefused,

    /// <summary>The controller has none of the cipher suites that are allowed.</summary>
    NoCipherSuite,

    /// <summary>The controller does not have the protocol version that was asked for.</summary>
    ProtocolNotSupported,

    /// <summary>The controller has no session to spare.</summary>
    NoFreeSession,

    /// <summary>The controller is busy.</summary>
    Busy,

    /// <summary>The controller answered before and does not answer any more.</summary>
    SessionLost,

    /// <summary>The controller understood the command and said no; see <see cref="IpmiException.CompletionCode"/>.</summary>
    CommandRefused,

    /// <summary>The answer was not understood.</summary>
    Malformed,
}
