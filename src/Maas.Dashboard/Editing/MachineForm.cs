using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Dashboard.Nodes;

namespace Maas.Dashboard.Editing;

/// <summary>
/// What the form of a machine shows. Saving it changes the fields that differ from those that the user was shown, and no others: what was
/// changed elsewhere meanwhile stays. Of tags and power parameters, which are lists, that is each tag and each parameter.
/// </summary>
internal sealed record MachineForm
{
    public string Name { get; init; } = "";
    public string Description { get; init; } = "";
    public string Power { get; init; } = "";

    /// <summary>The names of the parameters, each with a <c>=</c>: stored values are not shown.</summary>
    public string Parameters { get; init; } = "";

    public long Zone { get; init; }
    public long Pool { get; init; }
    public string Tags { get; init; } = "";

    /// <summary>The form of a machine as it is.</summary>
    public static MachineForm Of(Machine machine) => new()
    {
        Name = machine.Hostname,
        Description = machine.Description,
        Power = machine.Power.Type,
        Parameters = string.Join('\n', machine.Power.Parameters.Keys.Order(StringComparer.Ordinal).Select(name => name + "=")),
        Zone = machine.ZoneId,
        Pool = machine.PoolId,
        Tags = string.Join(' ', machine.Tags),
    };

    /// <summary>The tags that the user added to those that were shown.</summary>
    public IReadOnlyList<string> AddedTags(MachineForm shown) => [.. TagNames.In(Tags).Except(TagNames.In(shown.Tags))];

    /// <summary>Takes over a newer version where this one has what <paramref name="shown"/> has.</summary>
    /// <param name="shown">What the user was shown.</param>
    /// <param name="now">The newer version.</param>
    public MachineForm Follow(MachineForm shown, MachineForm now) => new()
    {
        Name = Name == shown.Name ? now.Name : Name,
        Description = Description == shown.Description ? now.Description : Description,
        Power = Power == shown.Power ? now.Power : Power,
        Parameters = Parameters == shown.Parameters ? now.Parameters : Parameters,
        Zone = Zone == shown.Zone ? now.Zone : Zone,
        Pool = Pool == shown.Pool ? now.Pool : Pool,
        Tags = Tags == shown.Tags ? now.Tags : Tags,
    };

    /// <summary>
    /// What the user is shown now: the newer version, except where the user typed, which stays a change of the older one.
    /// </summary>
    /// <param name="typed">What the form has.</param>
    /// <param name="now">The newer version.</param>
    public MachineForm Refresh(MachineForm typed, MachineForm now) => new()
    {
        Name = typed.Name == Name ? now.Name : Name,
        Description = typed.Description == Description ? now.Description : Description,
        Power = typed.Power == Power ? now.Power : Power,
        Parameters = typed.Parameters == Parameters ? now.Parameters : Parameters,
        Zone = typed.Zone == Zone ? now.Zone : Zone,
        Pool = typed.Pool == Pool ? now.Pool : Pool,
        Tags = typed.Tags == Tags ? now.Tags : Tags,
    };

    /// <summary>The machine with the user's changes.</summary>
    /// <param name="shown">What the user was shown.</param>
    /// <param name="machine">The machine as it is now.</param>
    public Machine Apply(MachineForm shown, Machine machine) => machine with
    {
        Hostname = Name == shown.Name ? machine.Hostname : Name.Trim(),
        Description = Description == shown.Description ? machine.Description : Description.Trim(),
        ZoneId = Zone == shown.Zone ? machine.ZoneId : Zone,
        PoolId = Pool == shown.Pool ? machine.PoolId : Pool,
        Tags = Tags == shown.Tags
            ? machine.Tags
            : [.. machine.Tags.Except(RemovedTags(shown)).Union(AddedTags(shown)).Order(StringComparer.Ordinal)],
        Power = Power == shown.Power && Parameters == shown.Parameters
            ? machine.Power
            : new PowerSettings(Power == shown.Power ? machine.Power.Type : Power, ParametersOn(shown, machine.Power)),
    };

    private IEnumerable<string> RemovedTags(MachineForm shown) => TagNames.In(shown.Tags).Except(TagNames.In(Tags));

    // A line without a value keeps what is stored; a line that was removed removes the parameter.
    private Dictionary<string, string> ParametersOn(MachineForm shown, PowerSettings power)
    {
        Dictionary<string, string> parameters = new(power.Parameters, StringComparer.Ordinal);
        var (before, given) = (ParametersOf(shown.Parameters), ParametersOf(Parameters));
        foreach (var name in before.Keys.Except(given.Keys)) parameters.Remove(name);
        foreach (var (name, value) in given)
        {
            if (value.Length > 0) parameters[name] = value;
            else if (!before.ContainsKey(name)) parameters.TryAdd(name, "");
        }

        return parameters;
    }

    private static Dictionary<string, string> ParametersOf(string lines)
    {
        Dictionary<string, string> parameters = new(StringComparer.Ordinal);
        foreach (var line in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var parts = line.Split('=', 2);
            parameters[parts[0].Trim()] = parts.Length > 1 ? parts[1].Trim() : "";
        }

        return parameters;
    }
}
