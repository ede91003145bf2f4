using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Maas.Core.Nodes;

/// <summary>
/// Writes <c>***</c> for user data, which may hold passwords and keys, and reads none: what was written once holds no user data.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class UserDataJsonConverter : JsonConverter<ReadOnlyMemory<byte>>
{
    /// <inheritdoc/>
    public override ReadOnlyMemory<byte> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new JsonException(
            "User data is written to JSON as *** and is not read from it. Read a string, and set the user data to its bytes.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ReadOnlyMemory<byte> value, JsonSerializerOptions options) =>
        writer.WriteStringValue("***");
}
