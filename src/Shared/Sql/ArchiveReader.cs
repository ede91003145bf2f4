using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using Maas.Core.Stores;

namespace Maas.Sql;

/// <summary>Reads what <see cref="ArchiveWriter"/> wrote, and checks it. What is wrong is a <see cref="StoreBackupException"/>.</summary>
internal sealed partial class ArchiveReader(Stream source) : IDisposable
{
    private const int LongestLine = 256 * 1024 * 1024;
    private const int MostColumns = 100;
    private readonly GZipStream _input = new(source, CompressionMode.Decompress, leaveOpen: true);
    private readonly IncrementalHash _all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash _rows = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] _buffer = new byte[64 * 1024];
    private int _begin;
    private int _end;
    private long _line;
    private ArchiveTable? _table;
    private long _rowCount;

    /// <summary>The first line.</summary>
    public ArchiveHeader ReadHeader() => Parse(ReadLine(), json =>
    {
        if (Text(json, "format") != ArchiveHeader.Format) throw new JsonException("This is no backup of a store.");
        if (Number(json, "version") is not ArchiveHeader.Version)
            throw new StoreBackupException("The backup has another format: it was written by a newer version of this program.");
        var created = Number(json, "created") is >= 0 and <= 253_402_300_799_999 and var time
            ? time : throw new JsonException("The time is out of range.");
        return new ArchiveHeader(
            Text(json, "engine"), Number(json, "schema"), json.TryGetProperty("contents", out var contents) ? contents.GetInt64() : null,
            DateTimeOffset.FromUnixTimeMilliseconds(created), Number(json, "epoch"));
    });

    /// <summary>The next table; <see langword="null"/> after the last, whose digest was compared.</summary>
    public ArchiveTable? ReadTable()
    {
        var before = Convert.ToHexStringLower(_all.GetCurrentHash());
        return _table = Parse(ReadLine(), json =>
        {
            if (json.TryGetProperty("end", out var end))
            {
                if (end.GetString() != before) throw new JsonException("The digest differs.");
                if (Fill() || _begin < _end) throw new JsonException("Something follows the last line.");
                return null;
            }

            var columns = json.GetProperty("columns").EnumerateArray().Select(each => CheckName(each.GetString())).ToList();
            var types = json.GetProperty("types").EnumerateArray().Select(each => (ArchiveType)each.GetInt32()).ToList();
            if (columns.Count is 0 or > MostColumns || columns.Count != types.Count || types.Exists(type => !Enum.IsDefined(type)))
                throw new JsonException("The columns are not described.");
            return new ArchiveTable(
                CheckName(Text(json, "table")), json.TryGetProperty("records", out var records) && records.GetBoolean(),
                [.. columns.Select((name, at) => new ArchiveColumn(name, types[at], $"\"{name}\""))], [],
                json.TryGetProperty("last", out var last) ? last.GetInt64() : null);
        });
    }

    /// <summary>The next row of the table; <see langword="false"/> after the last, whose count and digest were compared.</summary>
    /// <param name="values">Receives the values.</param>
    /// <param name="result">What the table has; after the last row.</param>
    public bool ReadRow(object?[] values, out StoreBackupTable? result)
    {
        var table = _table ?? throw new InvalidOperationException("No table is being read.");
        var line = ReadLine();
        result = null;
        if (line is [(byte)'[', ..])
        {
            try
            {
                ArchiveRow.Read(line[..^1], table.Columns, values);
            }
            catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
            {
                throw Damaged(wrong);
            }

            _rows.AppendData(line);
            _rowCount++;
            return true;
        }

        var digest = Convert.ToHexStringLower(_rows.GetHashAndReset());
        result = Parse(line, json => Number(json, "rows") == _rowCount && Text(json, "sha256") == digest
            ? new StoreBackupTable(table.Name, _rowCount, digest) : throw new JsonException("The rows of the table differ."));
        _rowCount = 0;
        return false;
    }

    public void Dispose()
    {
        _input.Dispose();
        _all.Dispose();
        _rows.Dispose();
    }

    private static string Text(JsonElement json, string name) =>
        json.GetProperty(name).GetString() ?? throw new JsonException($"{name} is missing.");

    private static long Number(JsonElement json, string name) => json.GetProperty(name).GetInt64();

    private static string CheckName(string? name) =>
        name is not null && NamePattern().IsMatch(name) ? name : throw new JsonException("A name is not that of a table or column.");

    private T Parse<T>(ReadOnlySpan<byte> line, Func<JsonElement, T> read)
    {
        try
        {
            using var json = JsonDocument.Parse(line.ToArray());
            return read(json.RootElement);
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw Damaged(wrong);
        }
    }

    private StoreBackupException Damaged(Exception cause) => new($"The backup is damaged at line {_line}: {cause.Message}", cause);

    /// <summary>The next line with its end; valid until the next call.</summary>
    private ReadOnlySpan<byte> ReadLine()
    {
        _line++;
        for (var searched = 0; ;)
        {
            var found = _buffer.AsSpan(_begin + searched, _end - _begin - searched).IndexOf((byte)'\n');
            if (found >= 0)
            {
                var line = _buffer.AsSpan(_begin, searched + found + 1);
                _begin += line.Length;
                _all.AppendData(line);
                return line;
            }

            searched = _end - _begin;
            if (!Fill()) throw Damaged(new EndOfStreamException("The end is missing."));
        }
    }

    private bool Fill()
    {
        if (_begin > 0)
        {
            _buffer.AsSpan(_begin, _end - _begin).CopyTo(_buffer);
            (_begin, _end) = (0, _end - _begin);
        }

        if (_end == _buffer.Length)
        {
            if (_buffer.Length >= LongestLine) throw Damaged(new InvalidDataException($"The line is longer than {LongestLine} bytes."));
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        try
        {
            var count = _input.Read(_buffer, _end, _buffer.Length - _end);
            _end += count;
            return count > 0;
        }
        catch (InvalidDataException wrong)
        {
            throw Damaged(wrong);
        }
    }

    [GeneratedRegex("^[a-z_][a-z0-9_]{0,62}$", RegexOptions.None, 1000)]
    private static partial Regex NamePattern();
}
