using System.Data.Common;

namespace Maas.Sql;

/// <summary>Reads columns of a row.</summary>
internal static class SqlRow
{
    public static string? GetStringOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static long? GetInt64OrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    public static byte[]? GetBytesOrNull(this DbDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetFieldValue<byte[]>(column);

    /// <summary>A number of 32 bits, which is kept as one of 64.</summary>
    public static int GetSmall(this DbDataReader row, int column) => checked((int)row.GetInt64(column));

    /// <summary>A truth value, which is kept as 1 or 0.</summary>
    public static bool GetFlag(this DbDataReader row, int column) => row.GetInt64(column) != 0;
}
