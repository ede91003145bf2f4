using System.Net;
using Maas.Core.Lifecycle;

namespace Maas.Core.Fleet;

/// <summary>All machines: finding them, describing them, and moving them through their lives.</summary>
public sealed partial class Machines
{
    internal Machines() { }

    /// <summary>Creates a New machine on behalf of a user.</summary>
    public Task<CreateResult> CreateAsync(NewMachine machine, string? by, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>
    /// A machine makes itself known. One that has any of the addresses already, and is New or Commissioning, is brought up to
    /// date instead (the same boot twice makes one machine); in any other status it is refused as a duplicate.
    /// </summary>
    public Task<CreateResult> EnlistAsync(NewMachine machine, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>The machine, or <see langword="null"/>.</summary>
    public Task<Machine?> GetAsync(SystemId id, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>The machine that has this network interface, or <see langword="null"/>.</summary>
    public Task<Machine?> FindByMacAsync(MacAddress address, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>The machines that match, in the order of creation.</summary>
    public Task<IReadOnlyList<Machine>> ListAsync(MachineFilter? filter = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>
    /// Asks something of a machine. The machine, its events and its effects are on disk when this returns; power is acted on
    /// after that by <see cref="Power.EffectWorker"/>.
    /// </summary>
    public Task<CommandResult> ExecuteAsync(SystemId id, MachineCommand command, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>
    /// Gives one free machine that fits to a user, the smallest that fits first. Two callers never get the same one.
    /// </summary>
    public Task<AllocationResult> AllocateAsync(AllocationRequest request, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>
    /// Changes a machine's description: host name, architecture, power, owner data, tags, zone, pool, boot disk … The life
    /// (status, owner, deadline, deployment) cannot be changed so. <paramref name="edit"/> may be called more than once.
    /// </summary>
    /// <param name="id">Which machine.</param>
    /// <param name="by">User name, for the journal; <see langword="null"/> for the system.</param>
    /// <param name="edit">A pure function.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<EditResult> EditAsync(SystemId id, string? by, Func<Machine, Machine> edit, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Notes that the machine was seen with this address by a request it authenticated. The newest four are kept.</summary>
    public Task ReportAddressAsync(SystemId id, IPAddress address, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>The user data to give to the machine; <see langword="null"/> for none.</summary>
    public Task<ReadOnlyMemory<byte>?> GetUserDataAsync(SystemId id, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Forgets a machine with all its tokens, results and addresses; its events stay. <see langword="false"/> when there is none.</summary>
    public Task<bool> DeleteAsync(SystemId id, string? by, CancellationToken cancellationToken = default) => throw new NotSupportedException();
}
