
namespace Maas.Core.Nodes;

/// <summary>
/// The last datagrams that the boot servers took from each machine and sent to it, for who wants to know why one does not boot.
/// </summary>
/// <remarks>What a machine says on the wire is unauthenticated, and its one-time token may be among it: for operators alone.</remarks>
public interface IMachineCaptures
{
    /// <summary>Writes what is kept of a machine as pcapng, oldest first.</summary>
    /// <param name="machine">Which machine.</param>
    /// <param name="output">Where to.</param>
    /// <param name="cancellationToken">Breaks it off.</param>
    /// <returns><see langword="false"/> when nothing is kept of it; then nothing is written.</returns>
    Task<bool> WriteAsync(Machine machine, Stream output, CancellationToken cancellationToken);
}
