using System.Buffers;
using System.Data.Common;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Maas.Sql;

/// <summary>A row of a backup: a list of its values in the order of the columns.</summary>
internal static class ArchiveRow
{
    private static readonly JsonWriterOptions Compact = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true,
    };


    public static void Write(Utf8JsonWriter json, DbDataReader row, IReadOnlyList<ArchiveColumn> columns)
    {
        json.WriteStartArray();
        for (var at = 0; at < columns.Count; at++)
        {
            if (row.IsDBNull(at)) json.WriteNullValue();
            else if (columns[at].Type is ArchiveType.Number) json.WriteNumberValue(row.GetInt64(at));
            else if (columns[at].Type is ArchiveType.Text) json.WriteStringValue(row.GetString(at));
            else json.WriteBase64StringValue(row.GetFieldValue<byte[]>(at));
        }

        json.WriteEndArray();
    }

    /// <summary>Reads a row; each value is a <c>long</c>, a <c>string</c>, a <c>byte[]</c> or <see langword="null"/>.</summary>
    /// <exception cref="JsonException">The line is no row of these columns.</exception>
    public static void Read(ReadOnlySpan<byte> line, IReadOnlyList<ArchiveColumn> columns, object?[] values)
    {
        var json = new Utf8JsonReader(line);
        if (!json.Read() || json.TokenType is not JsonTokenType.StartArray) throw new JsonException("A list is expected.");
        for (var at = 0; at < columns.Count; at++)
        {
            json.Read();
            values[at] = (json.TokenType, columns[at].Type) switch
            {
                (JsonTokenType.Null, _) => null,
                (JsonTokenType.Number, ArchiveType.Number) when json.TryGetInt64(out var number) => number,
                (JsonTokenType.String, ArchiveType.Text) => json.GetString(),
                (JsonTokenType.String, ArchiveType.Bytes) when json.TryGetBytesFromBase64(out var bytes) => bytes,
                _ => throw new JsonException($"The value of {columns[at].Name} has another type."),
            };
        }

        if (!json.Read() || json.TokenType is not JsonTokenType.EndArray || json.Read()) throw new JsonException("The list is longer.");
    }

    /// <summary>Counts and digests the rows that a table has in the database, as a backup of it would.</summary>
    public static (long Rows, string Digest) Digest(DbConnection connection, ArchiveTable table)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var line = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(line, Compact);
        var rows = 0L;
        ForEach(connection, table, row =>
        {
            Write(json, row, table.Columns);
            json.Flush();
            line.Write("\n"u8);
            hash.AppendData(line.WrittenSpan);
            line.ResetWrittenCount();
            json.Reset();
            rows++;
        });
        return (rows, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    /// <summary>Reads the rows of a table in the order of its key.</summary>
    public static void ForEach(DbConnection connection, ArchiveTable table, Action<DbDataReader> act)
    {
        var columns = string.Join(", ", table.Columns.Select(column => column.Expression));
        var key = string.Join(", ", table.Key.Select(column => $"\"{column}\""));
        using var command = SqlSession.Create(connection, $"SELECT {columns} FROM \"{table.Name}\" ORDER BY {key}", []);
        using var row = command.ExecuteReader();
        while (row.Read()) act(row);
    }
}
