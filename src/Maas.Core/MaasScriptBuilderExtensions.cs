using Maas.Core.Scripts;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds scripts of the application to a MAAS.</summary>
public static class MaasScriptBuilderExtensions
{
    /// <summary>
    /// Adds a script that machines run when they are commissioned or tested, like a built-in one. Its metadata names and describes it.
    /// </summary>
    /// <param name="builder">The MAAS.</param>
    /// <param name="text">The script's text.</param>
    /// <exception cref="FormatException">The metadata is missing, or a value of it is wrong.</exception>
    public static IMaasBuilder AddScript(this IMaasBuilder builder, string text)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton(ScriptDefinition.Parse(text));
        return builder;
    }
}
