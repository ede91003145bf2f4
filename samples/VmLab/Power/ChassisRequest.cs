namespace VmLab.Power;

/// <summary>One call of ipmi_sim's chassis hook: <c>get|set|check NAME [VALUE] …</c>.</summary>
internal sealed record ChassisRequest(string Verb, IReadOnlyList<(string Name, string Value)> Parameters)
{
    /// <summary>Reads the hook's arguments, without the management controller's address that comes first.</summary>
    public static ChassisRequest? Parse(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries) switch
    {
        ["get", .. var names] => new("get", [.. names.Select(name => (name, ""))]),
        ["set", .. var pairs] when pairs.Length % 2 == 0 => new("set", [.. pairs.Chunk(2).Select(pair => (pair[0], pair[1]))]),
        ["check", ..] => new("check", []),
        _ => null,
    };
}
