using MaasNet.Output;
using Spectre.Console;

namespace MaasNet;

/// <summary>Passwords, which are never arguments: other users of the computer see those.</summary>
internal static class PasswordInput
{
    /// <summary>Reads a password: from an environment variable, else a line of standard input, else by asking for it.</summary>
    /// <param name="report">Where it is asked for.</param>
    /// <param name="variable">The environment variable; null for none.</param>
    /// <exception cref="UsageException">It is empty.</exception>
    public static string Read(Report report, string? variable = null)
    {
        if (variable is not null && Environment.GetEnvironmentVariable(variable) is { Length: > 0 } given) return given;
        var password = Console.IsInputRedirected
            ? Console.In.ReadLine() ?? ""
            : report.Terminal.Prompt(new TextPrompt<string>("Password:").Secret());
        return password.Length > 0 ? password : throw new UsageException("the password is empty");
    }
}
