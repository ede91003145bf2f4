using System.Buffers;
using System.Data.Common;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Maas.Sql;

/// <summary>
/// Writes a backup: lines of JSON, compressed by gzip. The first line describes the store; each table is a line with its name and columns,
/// a line for each row, and a line with the number and the digest of the rows; the last line has the digest of all lines before it.
/// </summary>
internal sealed class ArchiveWriter : IDisposable
{
    private static readonly JsonWriterOptions Compact = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true,
    };

    private readonly GZipStream _output;
    private readonly IncrementalHash _all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash _rows = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly ArrayBufferWriter<byte> _line = new();
    private readonly Utf8JsonWriter _json;

    public ArchiveWriter(Stream destination)
    {
        _output = new GZipStream(destination, CompressionLevel.Fastest, leaveOpen: true);
        _json = new Utf8JsonWriter(_line, Compact);
    }

    public void Begin(ArchiveHeader header)
    {
        _json.WriteStartObject();
        _json.WriteString("format", ArchiveHeader.Format);
        _json.WriteNumber("version", ArchiveHeader.Version);
        _json.WriteString("engine", header.Engine);
        _json.WriteNumber("schema", header.Schema);
        if (header.Contents is { } contents) _json.WriteNumber("contents", contents);
        _json.WriteNumber("created", header.Created.ToUnixTimeMilliseconds());
        _json.WriteNumber("epoch", header.Epoch);
        _json.WriteEndObject();
        EndLine();
    }

    public void BeginTable(ArchiveTable table)
    {
        _json.WriteStartObject();
        _json.WriteString("table", table.Name);
        if (table.IsRecords) _json.WriteBoolean("records", true);
        _json.WriteStartArray("columns");
        foreach (var column in table.Columns) _json.WriteStringValue(column.Name);
        _json.WriteEndArray();
        _json.WriteStartArray("types");
        foreach (var column in table.Columns) _json.WriteNumberValue((int)column.Type);
        _json.WriteEndArray();
        if (table.Last is { } last) _json.WriteNumber("last", last);
        _json.WriteEndObject();
        EndLine();
    }

    public void WriteRow(DbDataReader row, IReadOnlyList<ArchiveColumn> columns)
    {
        ArchiveRow.Write(_json, row, columns);
        EndLine(isRow: true);
    }

    /// <returns>The digest of the rows.</returns>
    public string EndTable(long rows)
    {
        var digest = Convert.ToHexStringLower(_rows.GetHashAndReset());
        _json.WriteStartObject();
        _json.WriteNumber("rows", rows);
        _json.WriteString("sha256", digest);
        _json.WriteEndObject();
        EndLine();
        return digest;
    }

    public void End()
    {
        _json.WriteStartObject();
        _json.WriteString("end", Convert.ToHexStringLower(_all.GetHashAndReset()));
        _json.WriteEndObject();
        EndLine();
        _output.Dispose();
    }

    public void Dispose()
    {
        _json.Dispose();
        _all.Dispose();
        _rows.Dispose();
        _output.Dispose();
    }

    private void EndLine(bool isRow = false)
    {
        _json.Flush();
        _line.Write("\n"u8);
        _all.AppendData(_line.WrittenSpan);
        if (isRow) _rows.AppendData(_line.WrittenSpan);
        _output.Write(_line.WrittenSpan);
        _line.ResetWrittenCount();
        _json.Reset();
    }
}
