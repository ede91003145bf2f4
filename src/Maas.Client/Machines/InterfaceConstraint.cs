namespace Maas.Client.Machines;

/// <summary>A network interface that an allocated machine must have.</summary>
/// <param name="Label">The name under which the answer tells the interface.</param>
/// <example><code>
/// new AllocationConstraints { Interfaces = [new InterfaceConstraint("db").With("space", "storage").With("not_tag", "slow")] }
/// </code></example>
public sealed record InterfaceConstraint(string Label)
{
    /// <summary>
    /// What must hold of it, in order: <c>space</c>, <c>subnet</c>, <c>subnet_cidr</c>, <c>fabric</c>, <c>fabric_class</c>, <c>vlan</c>,
    /// <c>vid</c>, <c>ip</c>, <c>mode</c>, <c>name</c>, <c>type</c>, <c>tag</c>, <c>link_speed</c>, and the same with <c>not_</c>.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, string>> Conditions { get; init; } = [];

    /// <summary>The same constraint with another condition.</summary>
    public InterfaceConstraint With(string key, string value) => this with { Conditions = [.. Conditions, new(key, value)] };

    /// <summary>The constraint as MAAS writes it: <c>label:key=value,key=value</c>.</summary>
    /// <exception cref="FormatException">There is no condition, or a part has a character that separates.</exception>
    public override string ToString() => Conditions.Count == 0
        ? throw new FormatException("An interface constraint has at least one condition.")
        : $"{Constraint.Word(Label)}:{string.Join(',', Conditions.Select(Text))}";

    private static string Text(KeyValuePair<string, string> condition) =>
        $"{Constraint.Word(condition.Key)}={Constraint.Value(condition.Value)}";
}
