using System.Globalization;
using System.Text;
using Maas.Core.Accounts;
using Maas.Core.Images;
using Maas.Core.Nodes;
using Maas.Core.Scripts;

namespace Maas.Core.Stores;

/// <summary>
/// Rules that are the same in every store. An implementation of <see cref="IMaasStore"/> calls them instead of writing them again; all are
/// pure.
/// </summary>
public static class StoreRules
{
    /// <summary>
    /// The order of text in lists: by code points, which is the order of UTF-8 bytes and of the collation <c>C</c> of databases. It differs
    /// from <see cref="StringComparer.Ordinal"/> for characters beyond U+FFFF.
    /// </summary>
    public static IComparer<string> TextOrder { get; } = Comparer<string>.Create(CompareCodePoints);

    /// <summary>The machine that a change saves: the next version, updated at the time of the change.</summary>
    /// <param name="change">The change.</param>
    public static Machine NextVersion(MachineChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return change.Machine with { Version = change.Machine.Version + 1, Updated = change.At };
    }

    /// <summary>
    /// The owner of a change's events, who may read them later: the owner after the change, or the one before if it has none.
    /// </summary>
    /// <param name="change">The change.</param>
    /// <param name="ownerBefore">The machine's owner in the store; <see langword="null"/> for none and for a new machine.</param>
    public static string? EventOwner(MachineChange change, string? ownerBefore)
    {
        ArgumentNullException.ThrowIfNull(change);
        return change.Machine.Owner ?? ownerBefore;
    }

    /// <summary>The change that replaces a tag of a machine by another, or removes it; the tags stay distinct and sorted.</summary>
    /// <param name="machine">The machine as stored.</param>
    /// <param name="name">The tag to replace.</param>
    /// <param name="replacement">The tag that replaces it; <see langword="null"/> when it is removed.</param>
    /// <param name="at">The time of the change.</param>
    public static MachineChange ReplaceTag(Machine machine, string name, string? replacement, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(machine);
        var others = machine.Tags.Where(tag => tag != name);
        var tags = replacement is null ? others : others.Append(replacement).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        return new MachineChange { At = at, Machine = machine with { Tags = [.. tags] } };
    }

    /// <summary>
    /// The change that a redeemed boot token makes to its machine: it is checked in, and was seen with the client's address.
    /// <see langword="null"/> when both are so already.
    /// </summary>
    /// <param name="machine">The machine as stored.</param>
    /// <param name="redemption">The redemption.</param>
    public static MachineChange? CheckIn(Machine machine, BootTokenRedemption redemption)
    {
        ArgumentNullException.ThrowIfNull(machine);
        ArgumentNullException.ThrowIfNull(redemption);
        var addresses = SeenAddresses.Add(machine.IpAddresses, redemption.Address);
        return machine.CheckedIn && ReferenceEquals(addresses, machine.IpAddresses) ? null
            : new MachineChange { At = redemption.Now, Machine = machine with { CheckedIn = true, IpAddresses = addresses } };
    }

    /// <summary>
    /// The text in which a machine is searched (<see cref="MachineFilter.Search"/>): its fully qualified name, id, owner, IP addresses, MAC
    /// addresses and tags in lower case, each in a line of its own. Never empty.
    /// </summary>
    /// <param name="machine">The machine.</param>
    public static string SearchText(Machine machine)
    {
        ArgumentNullException.ThrowIfNull(machine);
        return string.Join(
            '\n',
            [
                machine.Fqdn, machine.Id.ToString(), machine.Owner ?? "", .. machine.IpAddresses,
                .. machine.MacAddresses.Select(address => address.ToString()), .. machine.Tags,
            ]).ToLowerInvariant();
    }

    /// <summary>Whether a machine is forgotten if none of its addresses was observed since <paramref name="since"/>.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="since">The time.</param>
    public static bool IsForgottenWhenSilent(Machine machine, DateTimeOffset since)
    {
        ArgumentNullException.ThrowIfNull(machine);
        return machine is { Status: MachineStatus.New, MadeItselfKnown: true } && machine.StatusSince < since;
    }

    /// <summary>Whether a script may still report; only such results are updated and closed.</summary>
    /// <param name="status">Its status.</param>
    public static bool IsUnfinished(ScriptStatus status) => ScriptResult.Unfinished.Contains(status);

    /// <summary>
    /// The name of the next version of a boot resource: <paramref name="version"/>, else the day. A name that another version has gets a
    /// counter, <c>20261231.1</c>.
    /// </summary>
    /// <param name="resource">The resource with its present versions.</param>
    /// <param name="now">The present time.</param>
    /// <param name="version">The wanted name; <see langword="null"/> for the day, <c>20261231</c>.</param>
    public static string NextImageVersion(BootResource resource, DateTimeOffset now, string? version)
    {
        ArgumentNullException.ThrowIfNull(resource);
        if (version is not null)
        {
            var (name, counter) = (version, 0);
            while (resource.Sets.Any(set => set.Version == name))
                name = string.Create(CultureInfo.InvariantCulture, $"{version}.{++counter}");
            return name;
        }

        var day = now.UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        var today = resource.Sets.Count(set => set.Version.StartsWith(day, StringComparison.Ordinal));
        return today == 0 ? day : string.Create(CultureInfo.InvariantCulture, $"{day}.{today}");
    }

    /// <summary>Checks the quotas for a file.</summary>
    /// <param name="quotas">The quotas.</param>
    /// <param name="otherFiles">How many files of other names the owner has.</param>
    /// <param name="otherBytes">How many bytes these have.</param>
    /// <param name="bytes">How many bytes the file has.</param>
    /// <exception cref="QuotaExceededException">The file would exceed a quota.</exception>
    public static void CheckFileQuota(StoreQuotas quotas, long otherFiles, long otherBytes, long bytes)
    {
        ArgumentNullException.ThrowIfNull(quotas);
        if (otherFiles >= quotas.FilesPerUser)
            throw new QuotaExceededException($"A user keeps at most {quotas.FilesPerUser} files. Delete some first.");
        if (otherBytes + bytes > quotas.FileBytesPerUser)
            throw new QuotaExceededException(
                $"A user's files have at most {quotas.FileBytesPerUser} bytes in all; {otherBytes} are used. Delete some first.");
    }

    /// <summary>Checks the quota for one more API key.</summary>
    /// <param name="quotas">The quotas.</param>
    /// <param name="keys">How many keys the user has.</param>
    /// <exception cref="QuotaExceededException">The user has as many as allowed.</exception>
    public static void CheckApiKeyQuota(StoreQuotas quotas, long keys)
    {
        ArgumentNullException.ThrowIfNull(quotas);
        if (keys >= quotas.ApiKeysPerUser)
            throw new QuotaExceededException($"A user has at most {quotas.ApiKeysPerUser} API keys. Delete one first.");
    }

    /// <summary>Checks the quota for an SSH key.</summary>
    /// <param name="quotas">The quotas.</param>
    /// <param name="otherKeys">How many other keys the user has.</param>
    /// <exception cref="QuotaExceededException">The user has as many as allowed.</exception>
    public static void CheckSshKeyQuota(StoreQuotas quotas, long otherKeys)
    {
        ArgumentNullException.ThrowIfNull(quotas);
        if (otherKeys >= quotas.SshKeysPerUser)
            throw new QuotaExceededException($"A user has at most {quotas.SshKeysPerUser} SSH keys. Delete one first.");
    }

    private static int CompareCodePoints(string? left, string? right)
    {
        if (left is null || right is null) return (left is null ? 0 : 1) - (right is null ? 0 : 1);
        return Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right));
    }
}
