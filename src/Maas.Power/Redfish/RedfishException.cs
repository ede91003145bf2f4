using System.Net;

namespace Maas.Power.Redfish;

/// <summary>What a Redfish service refused, or why it could not be asked.</summary>
/// <param name="failure">The kind of failure.</param>
/// <param name="message">What happened, as a sentence for an operator; holds no secret.</param>
/// <param name="status">The HTTP status of the refusal; null for other failures.</param>
public sealed class RedfishException(PowerFailure failure, string message, HttpStatusCode? status = null) : Exception(message)
{
    /// <summary>The kind of failure, for a program to branch on.</summary>
    public PowerFailure Failure { get; } = failure;

    /// <summary>The HTTP status of the refusal; null for other failures.</summary>
    public HttpStatusCode? Status { get; } = status;
}
