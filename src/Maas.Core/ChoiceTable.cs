using System.Diagnostics.CodeAnalysis;

namespace Maas.Core;

/// <summary>The names that MAAS's API gives to the values of an enumeration, in the order in which its messages list them.</summary>
internal sealed class ChoiceTable<T>
    where T : struct, Enum
{
    private readonly (T Value, string Name)[] _choices;

    public ChoiceTable(params (T Value, string Name)[] choices) => _choices = choices;

    public IEnumerable<string> Names => _choices.Select(choice => choice.Name);

    public string NameOf(T value) => Array.Find(_choices, choice => EqualityComparer<T>.Default.Equals(choice.Value, value)).Name;

    public bool TryParse([NotNullWhen(true)] string? name, out T value)
    {
        var at = Array.FindIndex(_choices, choice => choice.Name == name);
        value = at < 0 ? default : _choices[at].Value;
        return at >= 0;
    }
}
