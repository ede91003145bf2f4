using System.Globalization;

namespace Maas.Sql;

/// <summary>The terms of a WHERE clause with their parameters. Each list of values is one parameter, in JSON.</summary>
internal sealed class SqlConditions
{
    private readonly List<string> _conditions = [];

    /// <summary>The parameters.</summary>
    public List<(string Name, object? Value)> Parameters { get; } = [];

    /// <summary>The clause; empty without conditions.</summary>
    public string Where => _conditions.Count == 0 ? "" : "WHERE " + string.Join(" AND ", _conditions);

    /// <summary>Adds a condition on a list of texts; without texts, nothing.</summary>
    /// <param name="condition">The condition, with <c>{0}</c> for the list.</param>
    /// <param name="name">The name of the parameter.</param>
    /// <param name="values">The list.</param>
    public void AnyOf(string condition, string name, IEnumerable<string> values)
    {
        var list = values.ToList();
        if (list.Count > 0) AddList(condition, SqlDialect.Texts, name, JsonList.Of(list));
    }

    /// <summary>Adds a condition on a list of numbers; without numbers, nothing.</summary>
    /// <param name="condition">The condition, with <c>{0}</c> for the list.</param>
    /// <param name="name">The name of the parameter.</param>
    /// <param name="values">The list.</param>
    public void AnyOf(string condition, string name, IEnumerable<int> values)
    {
        var list = values.ToList();
        if (list.Count > 0) AddList(condition, SqlDialect.Numbers, name, JsonList.Of(list));
    }

    /// <summary>Adds a condition.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="parameters">Its parameters.</param>
    public void Add(string condition, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        _conditions.Add(condition);
        Parameters.AddRange(parameters);
    }

    /// <summary>Adds a parameter with a name of its own.</summary>
    /// <returns>The name.</returns>
    public string AddParameter(object value)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"@value{Parameters.Count}");
        Parameters.Add((name, value));
        return name;
    }

    private void AddList(string condition, string function, string name, string list) =>
        Add(condition.Replace("{0}", $"(SELECT value FROM {function}({name}))", StringComparison.Ordinal), (name, list));
}
