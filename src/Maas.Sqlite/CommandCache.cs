using System.Data.Common;
using Maas.Sql;

namespace Maas.Sqlite;

/// <summary>
/// The commands of a connection by their text, with their prepared statements: to prepare a statement costs more than to run most of them.
/// A command is out of the cache while it runs, so that a row's reader may run the same text again. The commands that were not used for the
/// longest time make room for others. Used by one thread at a time, as its connection.
/// </summary>
internal sealed class CommandCache
{
    private const int MostCommands = 512; // the life of a machine runs some 200
    private const int RemovedAtOnce = MostCommands / 8;
    private const int LongestText = 4 * 1024; // longer ones change the schema, once
    private const int LongestValue = 16 * 1024; // a prepared statement keeps a copy of its values
    private readonly Dictionary<string, (DbCommand Command, long Used)> _commands = new(StringComparer.Ordinal);
    private long _uses;

    /// <summary>How many commands are kept.</summary>
    public int Count => _commands.Count;

    /// <summary>Their texts.</summary>
    public IReadOnlyCollection<string> Texts => _commands.Keys;

    /// <summary>Forgets all that are not running.</summary>
    public void Clear()
    {
        foreach (var (command, _) in _commands.Values) command.Dispose();
        _commands.Clear();
    }

    /// <summary>A command with these parameters.</summary>
    public DbCommand Take(DbConnection connection, string sql, ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        if (_commands.Remove(sql, out var kept))
        {
            var command = kept.Command;
            if (HasParameters(command, parameters))
            {
                for (var at = 0; at < parameters.Length; at++) command.Parameters[at].Value = parameters[at].Value ?? DBNull.Value;
                return command;
            }

            command.Dispose();
        }

        return SqlSession.Create(connection, sql, parameters);
    }

    /// <summary>Keeps a command that ran well for the next time; one that failed is disposed by its user instead.</summary>
    public void Return(DbCommand command)
    {
        var isLarge = false;
        foreach (DbParameter parameter in command.Parameters)
            isLarge |= parameter.Value is string { Length: > LongestValue } or byte[] { Length: > LongestValue };
        if (isLarge || command.CommandText.Length > LongestText || !_commands.TryAdd(command.CommandText, (command, ++_uses)))
        {
            command.Dispose();
            return;
        }

        if (_commands.Count <= MostCommands) return;
        foreach (var (text, oldest) in _commands.OrderBy(each => each.Value.Used).Take(RemovedAtOnce).ToList())
        {
            _commands.Remove(text);
            oldest.Command.Dispose();
        }
    }

    private static bool HasParameters(DbCommand command, ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        if (command.Parameters.Count != parameters.Length) return false;
        for (var at = 0; at < parameters.Length; at++)
            if (command.Parameters[at].ParameterName != parameters[at].Name) return false;
        return true;
    }
}
