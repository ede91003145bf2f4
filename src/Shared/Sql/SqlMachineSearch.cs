using System.Globalization;
using System.Text;
using Maas.Core;
using Maas.Core.Stores;

namespace Maas.Sql;

/// <summary>The text in which machines are searched: the column <c>search</c>, and the conditions on it.</summary>
internal static class SqlMachineSearch
{
    private const int MostParameters = 8; // more words are one parameter, which is slower
    private const int RowsAtOnce = 500;

    /// <summary>Adds that the text of machine <c>m</c> contains all of some words, in any case.</summary>
    public static void Add(SqlConditions sql, IEnumerable<string> words)
    {
        List<string> others = [];
        var parameters = 0;
        foreach (var word in words.Select(word => word.ToLowerInvariant()).Where(word => word.Length > 0))
        {
            if (parameters == MostParameters || !IsPlain(word))
            {
                others.Add(word);
                continue;
            }

            var name = string.Create(CultureInfo.InvariantCulture, $"@search{parameters++}");
            sql.Add(SqlDialect.ContainsText("m.search", name), (name, SqlDialect.PatternOf(word)));
        }

        if (others.Count > 0)
            sql.Add(
                $"NOT EXISTS (SELECT 1 FROM {SqlDialect.Texts}(@words) w WHERE {SqlDialect.Position}(m.search, w.value) = 0)",
                ("@words", JsonList.Of(others)));
    }

    /// <summary>Adds that the text of machine <c>m</c> contains none of some words, in any case.</summary>
    public static void AddOpposites(SqlConditions sql, IEnumerable<string> words) => sql.AnyOf(
        $"NOT EXISTS (SELECT 1 FROM {{0}} w WHERE {SqlDialect.Position}(m.search, w.value) > 0)", "@notWords",
        words.Where(word => word.Length > 0).Select(word => word.ToLowerInvariant()));

    /// <summary>Gives the machines that an earlier version has saved their text, in some transactions.</summary>
    public static void Fill(SqlDatabase database)
    {
        try
        {
            for (long? last = 0; last is { } after;)
                last = database.WriteAsync(session => Fill(session, after), CancellationToken.None).GetAwaiter().GetResult();
        }
        catch (StoreFullException)
        {
            // No search finds the rest until the next start: a server with a full disk must start, so that it can be emptied.
        }
    }

    /// <summary>Gives some machines that an earlier version has saved their text, within the caller's transaction.</summary>
    /// <param name="session">The transaction.</param>
    /// <param name="after">The number after which they begin: what has its text is not walked through again.</param>
    /// <returns>The last one's number; <see langword="null"/> when all have theirs.</returns>
    public static long? Fill(SqlSession session, long after)
    {
        var machines = session.Query(
            $"SELECT number, version, document FROM machines WHERE search = '' AND number > @after ORDER BY number LIMIT {RowsAtOnce}",
            row => MachineDocument.Read(row.GetString(2), row.GetInt64(0), row.GetInt64(1)),
            ("@after", after));
        foreach (var machine in machines)
            session.Execute(
                "UPDATE machines SET search = @search WHERE number = @number",
                ("@search", StoreRules.SearchText(machine)), ("@number", machine.Number));
        return machines.Count > 0 ? machines[^1].Number : null;
    }

    // What every database takes as a parameter by itself.
    private static bool IsPlain(string word)
    {
        foreach (var rune in word.EnumerateRunes())
            if (rune == Rune.ReplacementChar || Rune.IsControl(rune)) return false;
        return true;
    }
}
