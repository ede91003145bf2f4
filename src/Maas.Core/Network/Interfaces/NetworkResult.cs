namespace Maas.Core.Network.Interfaces;

/// <summary>What a change of a node's network interfaces comes to.</summary>
public abstract record NetworkResult
{
    private NetworkResult() { }

    /// <summary>It is possible.</summary>
    /// <param name="Config">The configuration afterwards.</param>
    /// <param name="Id">The number of the interface that was created or changed; 0 when it was removed.</param>
    public sealed record Changed(NetworkConfig Config, long Id) : NetworkResult;

    /// <summary>It is not.</summary>
    /// <param name="Field">The field at fault; <c>__all__</c> for the form as a whole; empty for an answer in plain text.</param>
    /// <param name="Message">Why not, in MAAS's words.</param>
    public sealed record Refused(string Field, string Message) : NetworkResult;

    /// <summary>The node has no such interface.</summary>
    public sealed record NotFound : NetworkResult;
}
