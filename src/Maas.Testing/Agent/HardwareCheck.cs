using System.Globalization;
using Maas.Testing.Hardware;

namespace Maas.Testing.Agent;

/// <summary>
/// Whether this is the machine, and which are the disks, that a destructive task is meant for; as the real agent, before the first write.
/// </summary>
internal sealed class HardwareCheck(Guid machine, IReadOnlyList<SimulatedDisk> disks, AgentTask task)
{
    /// <summary>Compares the hardware UUID.</summary>
    /// <exception cref="AgentFailedException">It is another machine, or the server knows nothing of this one.</exception>
    public void VerifyMachine()
    {
        if (task.KnownDisks is null) throw new AgentFailedException("the server does not know this machine's disks: commission it first");
        var (wanted, present) = (task["hardware_uuid"], machine.ToString());
        if (wanted.Length > 0 && machine != Guid.Empty && wanted != present)
        {
            throw new AgentFailedException(
                $"this is another machine: its hardware UUID is {present}, and the one that is meant has {wanted}; nothing was written");
        }
    }

    /// <summary>Finds the disk of that serial number and size, or of that name where it has no number or shares it.</summary>
    /// <exception cref="AgentFailedException">It does not exist.</exception>
    public SimulatedDisk Find(KnownDisk known)
    {
        var found =
            disks.Where(disk => disk.Model.Serial == known.Serial && (known.Size is "" or "0" || known.Size == SizeOf(disk)))
                .ToList();
        if (known.Serial.Length == 0 || found.Count > 1) found.RemoveAll(disk => disk.Model.Name != known.Name);
        var present = string.Join(' ', disks.Select(disk => $"{disk.Model.Name}({disk.Model.Serial})"));
        return found is [var only] ? only : throw new AgentFailedException($"the disk {known} is absent; there are: {present}");
    }

    /// <summary>The disks to erase: every one that the inventory has.</summary>
    /// <exception cref="AgentFailedException">One is absent, or one is there that the inventory does not have.</exception>
    public IReadOnlyList<SimulatedDisk> FindAll()
    {
        List<SimulatedDisk> found = [.. (task.KnownDisks ?? []).Select(Find)];
        if (disks.Except(found).FirstOrDefault()?.Model is { } unknown)
        {
            throw new AgentFailedException(
                $"not every disk of this machine could be erased: {unknown.Name} ({unknown.Serial}) is not in the inventory: commission "
                    + $"this machine again");
        }

        return found;
    }

    private static string SizeOf(SimulatedDisk disk) => disk.Model.Size.ToString(CultureInfo.InvariantCulture);
}
