using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Topology;

namespace Maas.Dashboard.Nodes;

/// <summary>
/// What a user types into the search field and chooses as status. Words are separated by blanks and must all match: <c>tag:NAME</c>,
/// <c>mac:ADDRESS</c>, <c>owner:NAME</c>, <c>zone:NAME</c>, <c>pool:NAME</c>, <c>status:GROUP</c> and any other word are answered by the
/// store; <c>bmc:ADDRESS</c>, which the store has encrypted, is looked for in the machines. MAAS's own form, <c>tags:(=a,b)</c>, is read
/// too.
/// </summary>
internal sealed class MachineSearch
{
    private const int LongestText = 200;

    private readonly List<string> _words = [];
    private readonly List<string> _tags = [];
    private readonly List<string> _owners = [];
    private readonly List<string> _zones = [];
    private readonly List<string> _pools = [];
    private readonly List<string> _controllers = [];
    private readonly List<MacAddress> _addresses = [];
    private readonly List<MachineStatus> _statuses = [];

    private MachineSearch() { }

    /// <summary>The groups of statuses to choose from.</summary>
    public static IReadOnlyList<string> StatusGroups { get; } =
        [.. Enum.GetValues<MachineStatus>().Select(status => status.Simplified).Distinct()];

    /// <summary>Whether nothing was asked.</summary>
    public bool IsEmpty =>
        _words.Count + _tags.Count + _owners.Count + _zones.Count + _pools.Count + _controllers.Count + _addresses.Count + _statuses.Count
            == 0;

    /// <summary>Reads both; at most 200 characters of the text count. An unknown status group is ignored.</summary>
    public static MachineSearch Parse(string? text, string? statusGroup)
    {
        var search = new MachineSearch();
        search._statuses.AddRange(Enum.GetValues<MachineStatus>().Where(status => status.Simplified == statusGroup));
        text ??= "";
        foreach (var word in text[..Math.Min(text.Length, LongestText)].Split(' ', StringSplitOptions.RemoveEmptyEntries))
            search.Add(word);
        return search;
    }

    /// <summary>The part that the store answers.</summary>
    public MachineFilter ToFilter(MachineActor actor, TopologySnapshot topology) => new()
    {
        Tags = _tags,
        Owners = _owners,
        MacAddresses = _addresses,
        Statuses = _statuses,
        Search = _words,
        // A name that no zone has is no machine's zone either.
        Zones = [.. _zones.Select(name => topology.FindZone(name)?.Id ?? long.MinValue)],
        Pools = [.. _pools.Select(name => topology.FindPool(name)?.Id ?? long.MinValue)],
        VisibleTo = actor.IsAdministrator ? null : actor.Name,
    };

    /// <summary>Whether a machine that the store found is meant. How machines are switched is for administrators.</summary>
    public bool Matches(Machine machine, MachineActor actor) => _controllers.TrueForAll(word =>
        actor.IsAdministrator && machine.Power.Parameters.TryGetValue("power_address", out var address)
        && address.Contains(word, StringComparison.OrdinalIgnoreCase));

    private void Add(string word)
    {
        var colon = word.IndexOf(':', StringComparison.Ordinal);
        var (key, value) = colon > 0 && colon < word.Length - 1 ? (word[..colon].ToLowerInvariant(), word[(colon + 1)..]) : ("", word);
        foreach (var part in value.TrimStart('(').TrimEnd(')').Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var name = part.TrimStart('=');
            switch (key)
            {
                case "tag" or "tags":
                    _tags.Add(name);
                    break;
                case "owner":
                    _owners.Add(name);
                    break;
                case "zone":
                    _zones.Add(name);
                    break;
                case "pool":
                    _pools.Add(name);
                    break;
                case "bmc":
                    _controllers.Add(name);
                    break;
                case "status":
                    _statuses.AddRange(Enum.GetValues<MachineStatus>().Where(status =>
                        status.Simplified.Equals(name, StringComparison.OrdinalIgnoreCase)
                        || status.DisplayName.Replace(' ', '_').Equals(name, StringComparison.OrdinalIgnoreCase)));
                    break;
                default:
                    if (MacAddress.TryParse(key == "mac" ? name : word, out var address)) _addresses.Add(address);
                    else _words.Add(key == "mac" ? name : word);
                    return;
            }
        }
    }
}
