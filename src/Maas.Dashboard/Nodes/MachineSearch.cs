using Maas.Core;
using Maas.Core.Nodes;

namespace Maas.Dashboard.Nodes;

/// <summary>
/// What a user types into the search field and chooses as status. Words are separated by blanks and must all match: <c>tag:NAME</c>,
/// <c>mac:ADDRESS</c>, <c>owner:NAME</c> and a whole MAC address are answered by the store's indexes; any other word is looked for in name,
/// IP and MAC addresses, tags and owner.
/// </summary>
internal sealed class MachineSearch
{
    private readonly List<string> _words = [];
    private readonly List<string> _tags = [];
    private readonly List<string> _owners = [];
    private readonly List<MacAddress> _addresses = [];
    private readonly List<MachineStatus> _statuses = [];

    private MachineSearch() { }

    /// <summary>The groups of statuses to choose from.</summary>
    public static IReadOnlyList<string> StatusGroups { get; } =
        [.. Enum.GetValues<MachineStatus>().Select(status => status.Simplified).Distinct()];

    /// <summary>Whether nothing was asked.</summary>
    public bool IsEmpty => _words.Count + _tags.Count + _owners.Count + _addresses.Count + _statuses.Count == 0;

    /// <summary>Reads both; at most 200 characters of the text count. An unknown status group is ignored.</summary>
    public static MachineSearch Parse(string? text, string? statusGroup)
    {
        var search = new MachineSearch();
        search._statuses.AddRange(Enum.GetValues<MachineStatus>().Where(status => status.Simplified == statusGroup));
        text ??= "";
        foreach (var word in text[..Math.Min(text.Length, 200)].Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Value(word, "tag:") is { } tag) search._tags.Add(tag);
            else if (Value(word, "owner:") is { } owner) search._owners.Add(owner);
            else if (MacAddress.TryParse(Value(word, "mac:") ?? word, out var address)) search._addresses.Add(address);
            else search._words.Add(Value(word, "mac:") ?? word);
        }

        return search;
    }

    /// <summary>The part that the store answers.</summary>
    public MachineFilter ToFilter(MachineActor actor) => new()
    {
        Tags = _tags,
        Owners = _owners,
        MacAddresses = _addresses,
        Statuses = _statuses,
        VisibleTo = actor.IsAdministrator ? null : actor.Name,
    };

    /// <summary>Whether the words match a machine that the store found.</summary>
    public bool Matches(Machine machine) => _words.TrueForAll(word =>
        Has(machine.Fqdn, word) || Has(machine.Owner ?? "", word) || Has(machine.Id.ToString(), word)
        || machine.IpAddresses.Any(address => Has(address, word))
        || machine.MacAddresses.Any(address => Has(address.ToString(), word))
        || machine.Tags.Any(tag => Has(tag, word)));

    private static bool Has(string text, string word) => text.Contains(word, StringComparison.OrdinalIgnoreCase);

    private static string? Value(string word, string key) =>
        word.StartsWith(key, StringComparison.OrdinalIgnoreCase) && word.Length > key.Length ? word[key.Length..] : null;
}
