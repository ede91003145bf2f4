using System.Text.Json.Serialization;
using Maas.Core.Records;

namespace Maas.Dashboard.Keys;

/// <summary>An element of the data protection keys, which all hosts of the store use.</summary>
internal sealed record CookieKey : StoredRecord
{
    /// <summary>
    /// Which one, from 1. It is unique: of two hosts that make the next key at once, as at the first start, the first one's counts.
    /// </summary>
    public long Number { get; init; }

    /// <summary>The element as XML. The secret in it is encrypted: see <see cref="StoredKeyEncryptor"/>.</summary>
    public string Xml { get; init; } = "";

    /// <summary>The table of the keys.</summary>
    public static RecordTable<CookieKey> Table { get; } = new(
        "data_protection_keys",
        CookieKeyJson.Default.CookieKey,
        [RecordColumn.Number<CookieKey>("number", key => key.Number)],
        [new RecordKey("number", "number")]);
}

/// <summary>How keys are written.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(CookieKey))]
internal sealed partial class CookieKeyJson : JsonSerializerContext;
