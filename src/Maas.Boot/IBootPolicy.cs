namespace Maas.Boot;

/// <summary>What shall this client boot? The one question Boot asks the application about a machine.</summary>
/// <remarks>
/// It is asked several times during one boot, by packets that anyone on the link can forge. An implementation
/// therefore answers from what it knows and changes nothing because it was asked.
/// </remarks>
/// <example>
/// <code>
/// sealed class EverybodyInstalls : IBootPolicy
/// {
///     public ValueTask&lt;BootInstruction?&gt; DecideAsync(BootRequest question, CancellationToken cancellationToken) =&gt;
///         new(new BootInstruction.Kernel("linux", ["initrd.gz"], "console=ttyS0"));
/// }
/// </code>
/// </example>
public interface IBootPolicy
{
    /// <summary>Decides what the client boots; <see langword="null"/> means "not ours": Boot stays silent.</summary>
    /// <param name="question">The client, and how far its boot has come.</param>
    /// <param name="cancellationToken">Ends the question when the server stops or the client's patience has run out.</param>
    ValueTask<BootInstruction?> DecideAsync(BootRequest question, CancellationToken cancellationToken);
}
