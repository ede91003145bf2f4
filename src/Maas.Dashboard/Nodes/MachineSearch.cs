using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Core.Topology;

namespace Maas.Dashboard.Nodes;

/// <summary>
/// What a user types into the search field and chooses as status, in MAAS's syntax: <c>KEY:VALUE</c>, <c>KEY:(VALUE,VALUE)</c> for
/// alternatives, <c>!</c> before a word or a value for the opposite, <c>=</c> before a value for all of it and not a part. Words are
/// separated by blanks and must all match; words of one key are alternatives, except tags, which a machine must all have. A search that
/// means nothing, by an unknown key or an unknown status, finds no machine and has a problem that says why.
/// </summary>
/// <remarks>
/// The store answers what it has an index for. The rest is looked for in the machines that it finds: parts of one field, and
/// <c>bmc:ADDRESS</c>, which the store has encrypted.
/// </remarks>
internal sealed class MachineSearch
{
    private const int LongestText = 200;

    private static readonly MachineStatus[] AllStatuses = Enum.GetValues<MachineStatus>();
    private static readonly MachinePowerState[] AllPowerStates = Enum.GetValues<MachinePowerState>();

    // Fields of which a part is enough.
    private static readonly Dictionary<string, Func<Machine, IEnumerable<string>>> Fields = new(StringComparer.Ordinal)
    {
        ["hostname"] = machine => [machine.Hostname],
        ["fqdn"] = machine => [machine.Fqdn],
        ["domain"] = machine => [machine.Domain],
        ["ip_addresses"] = machine => machine.IpAddresses,
        ["mac_address"] = machine => machine.MacAddresses.Select(address => address.ToString()),
        ["arch"] = machine => [machine.Architecture],
        ["system_id"] = machine => [machine.Id.ToString()],
    };

    private static readonly Dictionary<string, string> OtherNames = new(StringComparer.Ordinal)
    {
        ["tags"] = "tag", ["ip"] = "ip_addresses", ["ip_address"] = "ip_addresses", ["mac"] = "mac_address",
        ["mac_addresses"] = "mac_address", ["architecture"] = "arch", ["power"] = "power_state", ["name"] = "hostname",
    };

    private readonly List<string> _words = [], _notWords = [];
    private readonly List<string> _tags = [], _notTags = [];
    private readonly List<string> _owners = [], _notOwners = [];
    private readonly List<(string Name, bool IsNot)> _zones = [];
    private readonly List<(string Name, bool IsNot)> _pools = [];
    private readonly List<MacAddress> _addresses = [];
    private readonly List<Func<Machine, MachineActor, bool>> _conditions = [];
    private HashSet<MachineStatus> _statuses = [.. AllStatuses];
    private HashSet<MachinePowerState> _powerStates = [.. AllPowerStates];

    private MachineSearch() { }

    /// <summary>The groups of statuses to choose from.</summary>
    public static IReadOnlyList<string> StatusGroups { get; } =
        [.. Enum.GetValues<MachineStatus>().Select(status => status.Simplified).Distinct()];

    /// <summary>Whether nothing was asked.</summary>
    public bool IsEmpty { get; private init; }

    /// <summary>Why the search finds nothing; empty when it may find something.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>Whether no machine can match.</summary>
    public bool IsImpossible => Problem.Length > 0 || _statuses.Count == 0 || _powerStates.Count == 0;

    /// <summary>Whether <see cref="ToFilter"/> is all of it; the rest is what <see cref="Matches"/> says.</summary>
    public bool IsAnsweredByStore => _conditions.Count == 0;

    /// <summary>Reads both, which must both match; at most 200 characters of the text count.</summary>
    public static MachineSearch Parse(string? text, string? statusGroup)
    {
        text = (text ?? "").Trim();
        var search = new MachineSearch { IsEmpty = text.Length == 0 && string.IsNullOrEmpty(statusGroup) };
        foreach (var words in Split(text[..Math.Min(text.Length, LongestText)]).Select(Read).GroupBy(word => word.Key))
            search.Add(words.Key, [.. words.SelectMany(word => word.Terms)]);
        if (!string.IsNullOrEmpty(statusGroup)) search.RestrictStatuses([new Term(statusGroup, false, true)]);
        return search;
    }

    /// <summary>The part that the store answers.</summary>
    public MachineFilter ToFilter(MachineActor actor, TopologySnapshot topology) => new()
    {
        Tags = _tags,
        NotTags = _notTags,
        Owners = _owners,
        NotOwners = _notOwners,
        MacAddresses = _addresses,
        Statuses = _statuses.Count == AllStatuses.Length ? [] : [.. _statuses],
        PowerStates = _powerStates.Count == AllPowerStates.Length ? [] : [.. _powerStates],
        Search = _words,
        NotSearch = _notWords,
        // A name that no zone has is no machine's zone either.
        Zones = [.. Named(_zones, false).Select(name => topology.FindZone(name)?.Id ?? long.MinValue)],
        NotZones = [.. Named(_zones, true).Select(name => topology.FindZone(name)?.Id ?? long.MinValue)],
        Pools = [.. Named(_pools, false).Select(name => topology.FindPool(name)?.Id ?? long.MinValue)],
        NotPools = [.. Named(_pools, true).Select(name => topology.FindPool(name)?.Id ?? long.MinValue)],
        VisibleTo = actor.IsAdministrator ? null : actor.Name,
    };

    /// <summary>Whether a machine that the store found is meant. How machines are switched is for administrators.</summary>
    public bool Matches(Machine machine, MachineActor actor) =>
        !IsImpossible && _conditions.TrueForAll(holds => holds(machine, actor));

    private void Add(string key, List<Term> terms)
    {
        if (terms.Count == 0)
        {
            Problem = $"{key}: needs a value.";
            return;
        }

        switch (key)
        {
            case "":
                AddWords(terms);
                break;
            case "tag":
                _tags.AddRange(terms.Where(term => !term.IsNot).Select(term => term.Text));
                _notTags.AddRange(terms.Where(term => term.IsNot).Select(term => term.Text));
                break;
            case "owner":
                _owners.AddRange(terms.Where(term => !term.IsNot).Select(term => term.Text));
                _notOwners.AddRange(terms.Where(term => term.IsNot).Select(term => term.Text));
                break;
            case "zone":
                _zones.AddRange(terms.Select(term => (term.Text, term.IsNot)));
                break;
            case "pool":
                _pools.AddRange(terms.Select(term => (term.Text, term.IsNot)));
                break;
            case "status":
                RestrictStatuses(terms);
                break;
            case "power_state":
                Restrict(ref _powerStates, AllPowerStates, terms, key, (state, name) => Is($"{state}", name));
                break;
            case "bmc":
                AddField(terms, machine => machine.Power.Parameters.TryGetValue("power_address", out var address) ? [address] : [], true);
                break;
            default:
                AddField(key, terms);
                break;
        }
    }

    private void AddWords(List<Term> terms)
    {
        foreach (var term in terms)
        {
            if (term.IsNot) _notWords.Add(term.Text);
            else if (MacAddress.TryParse(term.Text, out var address)) _addresses.Add(address);
            else _words.Add(term.Text);
        }
    }

    private void AddField(string key, List<Term> terms)
    {
        if (!Fields.TryGetValue(key, out var values))
        {
            Problem = $"There is no filter {key}: here. Filters are {string.Join(", ", Fields.Keys.Concat(
                ["tag", "owner", "zone", "pool", "status", "power_state", "bmc"]).Order(StringComparer.Ordinal))}.";
            return;
        }

        // The store narrows it: its text of a machine has all of these fields but the architecture.
        if (key is not "arch" && terms is [{ IsNot: false } only]) _words.Add(Canonical(key, only.Text));
        AddField([.. terms.Select(term => term with { Text = Canonical(key, term.Text) })], values, false);
    }

    private void AddField(List<Term> terms, Func<Machine, IEnumerable<string>> valuesOf, bool needsAdministrator)
    {
        var (wanted, excluded) = (terms.Where(term => !term.IsNot).ToList(), terms.Where(term => term.IsNot).ToList());
        _conditions.Add((machine, actor) =>
        {
            if (needsAdministrator && !actor.IsAdministrator) return false;
            var values = valuesOf(machine).ToList();
            return (wanted.Count == 0 || wanted.Exists(term => values.Exists(term.Fits))) && !excluded.Exists(
                term => values.Exists(term.Fits));
        });
    }

    private void RestrictStatuses(List<Term> terms) => Restrict(
        ref _statuses, AllStatuses, terms, "status", (status, name) => Is(status.Simplified, name) || Is(status.DisplayName, name));

    private void Restrict<T>(ref HashSet<T> allowed, T[] all, List<Term> terms, string key, Func<T, string, bool> isNamed)
    {
        HashSet<T> wanted = [.. terms.TrueForAll(term => term.IsNot) ? all : []];
        foreach (var term in terms)
        {
            List<T> named = [.. all.Where(value => isNamed(value, term.Text))];
            if (named.Count == 0) Problem = $"There is no {key.Replace('_', ' ')} '{term.Text}'.";
            else if (term.IsNot) wanted.ExceptWith(named);
            else wanted.UnionWith(named);
        }

        allowed.IntersectWith(wanted);
    }

    private static bool Is(string name, string text) =>
        name.Replace(' ', '_').Equals(text.Replace(' ', '_'), StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<string> Named(List<(string Name, bool IsNot)> names, bool isNot) =>
        names.Where(each => each.IsNot == isNot).Select(each => each.Name);

    private static string Canonical(string key, string text) =>
        key == "mac_address" && MacAddress.TryParse(text, out var address) ? address.ToString() : text;

    // Blanks separate words, except in brackets.
    private static List<string> Split(string text)
    {
        List<string> words = [];
        var (start, depth) = (0, 0);
        for (var at = 0; at <= text.Length; at++)
        {
            if (at < text.Length)
            {
                depth = text[at] == '(' ? depth + 1 : text[at] == ')' ? Math.Max(0, depth - 1) : depth;
                if (text[at] != ' ' || depth > 0) continue;
            }

            if (at > start) words.Add(text[start..at]);
            start = at + 1;
        }

        return words;
    }

    private static (string Key, List<Term> Terms) Read(string word)
    {
        var isNot = word.StartsWith('!');
        if (isNot) word = word[1..];
        var colon = word.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || IsAddress(word)) return ("", word.Length == 0 ? [] : [new Term(word, isNot, false)]);
        var key = word[..colon].ToLowerInvariant();
        return (OtherNames.GetValueOrDefault(key, key), [.. word[(colon + 1)..].TrimStart('(').TrimEnd(')')
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(value => Term.Of(value, isNot)).Where(term => term.Text.Length > 0)]);
    }

    // A part of a MAC address or of an IPv6 address has colons too.
    private static bool IsAddress(string word) =>
        word.Split(':')[0] is { Length: <= 4 } first && first.All(char.IsAsciiHexDigit)
        && word.All(letter => char.IsAsciiHexDigit(letter) || letter is ':' or '.' or '/');

    /// <summary>A value of a word.</summary>
    private sealed record Term(string Text, bool IsNot, bool IsWhole)
    {
        public static Term Of(string value, bool isNot)
        {
            for (; value.StartsWith('!'); value = value[1..]) isNot = !isNot;
            var isWhole = value.StartsWith('=');
            return new Term(value.TrimStart('='), isNot, isWhole);
        }

        public bool Fits(string value) => IsWhole
            ? value.Equals(Text, StringComparison.OrdinalIgnoreCase)
            : value.Contains(Text, StringComparison.OrdinalIgnoreCase);
    }
}
