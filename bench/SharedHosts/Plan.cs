using System.Globalization;

namespace SharedHosts;

/// <summary>What is measured.</summary>
/// <param name="Work"><c>lives</c>, <c>api</c> or <c>feed</c>.</param>
/// <param name="Database">The connection string.</param>
/// <param name="Seconds">How long each row is measured.</param>
/// <param name="Parallel">Machines, or clients, of each host.</param>
internal sealed record Plan(string Work, string Database, int Seconds, int Parallel)
{
    /// <summary>The words by which a host is started.</summary>
    /// <param name="work">Its work.</param>
    /// <param name="schema">Its schema.</param>
    /// <param name="number">The host among those of a row.</param>
    public string[] WordsOf(string work, string schema, int number) =>
    [
        "host", work, Database, schema, number.ToString(CultureInfo.InvariantCulture), Seconds.ToString(CultureInfo.InvariantCulture),
        Parallel.ToString(CultureInfo.InvariantCulture),
    ];
}
