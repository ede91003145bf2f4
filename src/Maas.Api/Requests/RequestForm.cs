using System.Text;

namespace Maas.Api.Requests;

/// <summary>The fields and files of one request, in the order they were sent. The last of several equal names wins, as in Django.</summary>
internal sealed class RequestForm
{
    /// <summary>A body without any field.</summary>
    public static RequestForm Empty { get; } = new([], []);

    private readonly List<KeyValuePair<string, string>> _fields;
    private readonly Func<string, bool>? _declared;

    public RequestForm(List<KeyValuePair<string, string>> fields, List<FormFile> files, Func<string, bool>? declared = null) =>
        (_fields, Files, _declared) = (fields, files, declared);

    public IReadOnlyList<KeyValuePair<string, string>> Fields => _fields;

    public IReadOnlyList<FormFile> Files { get; }

    /// <summary>
    /// The last value of <paramref name="name"/>; a file sent under that name counts as its text; null when it was not sent.
    /// </summary>
    public string? this[string name]
    {
        get
        {
            Verify(name);
            for (var i = _fields.Count - 1; i >= 0; i--)
                if (_fields[i].Key == name) return _fields[i].Value;
            for (var i = Files.Count - 1; i >= 0; i--)
                if (Files[i].Name == name) return Encoding.UTF8.GetString(Files[i].Content.Span);
            return null;
        }
    }

    /// <summary>
    /// The bytes of <paramref name="name"/>: of the last file sent under that name, else of the last field's text in UTF-8; null when it
    /// was not sent.
    /// </summary>
    public ReadOnlyMemory<byte>? Bytes(string name)
    {
        Verify(name);
        if (Files.LastOrDefault(file => file.Name == name) is { } sent) return sent.Content;
        return this[name] is { } text ? Encoding.UTF8.GetBytes(text) : (ReadOnlyMemory<byte>?)null;
    }

    /// <summary>Whether <paramref name="name"/> was sent, with any value.</summary>
    public bool Has(string name)
    {
        Verify(name);
        return _fields.Exists(field => field.Key == name) || Files.Any(file => file.Name == name);
    }

    /// <summary>Every value of <paramref name="name"/>, in order.</summary>
    public IReadOnlyList<string> All(string name)
    {
        Verify(name);
        return [.. _fields.Where(field => field.Key == name).Select(field => field.Value)];
    }

    /// <summary>This form with <paramref name="other"/>'s fields before its own, so that its own win.</summary>
    public RequestForm Over(RequestForm other) =>
        other._fields.Count == 0 ? this : new([.. other._fields, .. _fields], [.. Files], _declared ?? other._declared);

    /// <summary>This form, of which only declared fields can be read. Reading another is an error of the program.</summary>
    public RequestForm Only(Func<string, bool> declared) => new(_fields, [.. Files], declared);

    private void Verify(string name)
    {
        if (_declared?.Invoke(name) == false)
            throw new InvalidOperationException($"The operation reads the argument '{name}', which it does not declare.");
    }
}
