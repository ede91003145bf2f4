using System.Globalization;
using System.Text;

namespace Maas.Client;

/// <summary>
/// The arguments of a request: names and values in order; a name may occur more than once. <see langword="null"/> is not sent, and an empty
/// text clears the field on the server.
/// </summary>
/// <example><code>
/// var form = new MaasForm().Add("hostname", "node-7").Add("mac_addresses", ["52:54:00:00:00:01", "52:54:00:00:00:02"]);
/// </code></example>
public sealed class MaasForm
{
    private readonly List<KeyValuePair<string, string>> _fields = [];
    private readonly List<(string Name, ReadOnlyMemory<byte> Content)> _files = [];

    /// <summary>The fields so far, without files.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Fields => _fields;

    internal bool IsMultipart => _files.Count > 0;

    /// <summary>Adds a text.</summary>
    public MaasForm Add(string name, string? value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (value is not null) _fields.Add(new(name, value));
        return this;
    }

    /// <summary>Adds a switch, as <c>true</c> or <c>false</c>.</summary>
    public MaasForm Add(string name, bool? value) => Add(name, value switch { true => "true", false => "false", null => null });

    /// <summary>Adds an integer.</summary>
    public MaasForm Add(string name, long? value) => Add(name, value?.ToString(CultureInfo.InvariantCulture));

    /// <summary>Adds a number.</summary>
    public MaasForm Add(string name, decimal? value) => Add(name, value?.ToString(CultureInfo.InvariantCulture));

    /// <summary>Adds every value under the same name; an empty list adds nothing.</summary>
    public MaasForm Add(string name, IEnumerable<string>? values)
    {
        foreach (var value in values ?? []) Add(name, value);
        return this;
    }

    /// <summary>Adds a file. A form with a file is sent as <c>multipart/form-data</c>.</summary>
    public MaasForm AddFile(string name, ReadOnlyMemory<byte> content)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        _files.Add((name, content));
        return this;
    }

    /// <summary>Adds what a group of fields has.</summary>
    public MaasForm Add(IMaasFields? fields)
    {
        fields?.WriteTo(this);
        return this;
    }

    /// <summary>The number of fields; values may be secrets.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{_fields.Count} fields, {_files.Count} files");

    /// <summary>The fields as the query of a URL, with its question mark; empty for none.</summary>
    internal string ToQuery()
    {
        var query = new StringBuilder();
        foreach (var (name, value) in _fields)
            query.Append(query.Length == 0 ? '?' : '&').Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
        return query.ToString();
    }

    internal HttpContent ToContent()
    {
        if (!IsMultipart) return new FormUrlEncodedContent(_fields);
        var content = new MultipartFormDataContent();
        foreach (var (name, value) in _fields) content.Add(new StringContent(value), Quoted(name));
        foreach (var (name, bytes) in _files)
        {
            var file = new ReadOnlyMemoryContent(bytes) { Headers = { ContentType = new("application/octet-stream") } };
            content.Add(file, Quoted(name), Quoted(name));
        }

        return content;
    }

    // Python's parsers demand the quotes.
    private static string Quoted(string name) => $"\"{name.Replace('"', '_').Replace('\r', '_').Replace('\n', '_')}\"";
}
