using Scriban;
using Scriban.Runtime;
using Scriban.Syntax;

namespace Maas.Install.Templates;

/// <summary>A function that templates may call. It is found by name in a table, never by reflection.</summary>
/// <param name="parameters">How many arguments it takes.</param>
/// <param name="call">The function.</param>
internal sealed class TemplateFunction(int parameters, Func<TemplateRun, ScriptNode, IReadOnlyList<object?>, object?> call)
    : IScriptCustomFunction
{
    public int RequiredParameterCount => parameters;

    public int ParameterCount => parameters;

    public ScriptVarParamKind VarParamKind => ScriptVarParamKind.None;

    public Type ReturnType => typeof(object);

    public ScriptParameterInfo GetParameterInfo(int index) => new(typeof(object), "value");

    public object? Invoke(TemplateContext context, ScriptNode? callerContext, ScriptArray arguments, ScriptBlockStatement? blockStatement)
    {
        var caller = callerContext ?? throw new InvalidOperationException("A function is called by a template.");
        if (arguments.Count != parameters)
            throw new ScriptRuntimeException(caller.Span, $"The function takes {parameters} argument{(parameters == 1 ? "" : "s")}.");
        return call((TemplateRun)context, caller, [.. arguments]);
    }

    public ValueTask<object?> InvokeAsync(
        TemplateContext context, ScriptNode? callerContext, ScriptArray arguments, ScriptBlockStatement? blockStatement) =>
        new(Invoke(context, callerContext, arguments, blockStatement));
}
