using Scriban.Runtime;

namespace Maas.Install.Templates;

/// <summary>Turns values into what Scriban reads: read-only objects and arrays of texts, numbers and booleans, and of text that is
/// quoted already.</summary>
internal static class TemplateValues
{
    public static ScriptObject Read(IReadOnlyDictionary<string, object?> values)
    {
        var read = new ScriptObject();
        foreach (var (name, value) in values) read[name] = Read(name, value);
        read.IsReadOnly = true;
        return read;
    }

    private static object? Read(string name, object? value) => value switch
    {
        null or string or bool or int or long or QuotedText => value,
        IReadOnlyDictionary<string, object?> inner => Read(inner),
        IEnumerable<string> texts => List(texts),
        IEnumerable<IReadOnlyDictionary<string, object?>> objects => List(objects.Select(Read)),
        _ => throw new ArgumentException($"A template cannot read '{name}', which is a {value.GetType().Name}."),
    };

    private static ScriptArray List(IEnumerable<object> items)
    {
        var list = new ScriptArray();
        foreach (var item in items) list.Add(item);
        list.IsReadOnly = true;
        return list;
    }
}
