using System.Text;

namespace BtcChannels.Paywall;

/// <summary>One challenge of a <c>WWW-Authenticate</c> field, of whatever scheme.</summary>
/// <param name="Scheme">As it is written.</param>
/// <param name="Parameters">In order; names as they are written. None where a token68 or nothing stands there.</param>
/// <param name="Length">Characters that it takes in the field.</param>
internal sealed record AuthenticationChallenge(string Scheme, IReadOnlyList<(string Name, string Value)> Parameters, int Length);

/// <summary>
/// Reads the list of challenges in one <c>WWW-Authenticate</c> field (RFC 9110, 11.6.1), where commas part both challenges and the parameters of one. What follows a fault
/// in the grammar is not read: nobody can say where the next challenge begins.
/// </summary>
internal ref struct AuthenticationField(ReadOnlySpan<char> text)
{
    private readonly ReadOnlySpan<char> _text = text;
    private int _at;
    private bool _isBroken;

    public static IReadOnlyList<AuthenticationChallenge> Read(ReadOnlySpan<char> text)
    {
        var field = new AuthenticationField(text);
        List<AuthenticationChallenge> challenges = [];
        while (field.Next() is { } challenge) challenges.Add(challenge);
        return challenges;
    }

    private AuthenticationChallenge? Next()
    {
        SkipListSpace();
        var start = _at;
        var scheme = ReadToken();
        if (scheme.IsEmpty) return null;
        if (IsEnd || Peek == ',') return new(scheme.ToString(), [], _at - start);
        if (Peek != ' ') return null;
        while (!IsEnd && Peek == ' ') _at++;
        List<(string, string)> parameters = [];
        var end = _at;
        if (SkipToken68())
        {
            end = _at;
        }
        else
        {
            while (NextParameter() is { } parameter)
            {
                parameters.Add(parameter);
                end = _at;
            }
            if (_isBroken) return null;
        }
        return new(scheme.ToString(), parameters, end - start);
    }

    private readonly bool IsEnd => _at == _text.Length;

    private readonly char Peek => _text[_at];

    // Null at the end, where another challenge begins and at a fault.
    private (string Name, string Value)? NextParameter()
    {
        var isParted = SkipListSpace();
        if (IsEnd) return null;
        var start = _at;
        var name = ReadToken();
        if (name.IsEmpty) return Broken();
        SkipSpace();
        if (IsEnd || Peek != '=')
        {
            if (!isParted) return Broken();
            _at = start;
            return null;
        }
        _at++;
        SkipSpace();
        var value = !IsEnd && Peek == '"' ? ReadQuoted() : ReadToken() is { IsEmpty: false } token ? token.ToString() : null;
        if (value is null) return Broken();
        SkipSpace();
        return IsEnd || Peek == ',' ? (name.ToString(), value) : Broken();
    }

    private (string, string)? Broken()
    {
        (_isBroken, _at) = (true, _text.Length);
        return null;
    }

    // token68 stands alone up to the next comma: `a=` is one, `a=b` is a parameter.
    private bool SkipToken68()
    {
        var at = _at;
        while (at < _text.Length && IsToken68(_text[at])) at++;
        if (at == _at) return false;
        while (at < _text.Length && _text[at] == '=') at++;
        while (at < _text.Length && _text[at] is ' ' or '\t') at++;
        if (at < _text.Length && _text[at] != ',') return false;
        _at = at;
        return true;
    }

    private ReadOnlySpan<char> ReadToken()
    {
        var start = _at;
        while (!IsEnd && HttpText.IsTokenCharacter(Peek)) _at++;
        return _text[start.._at];
    }

    private string? ReadQuoted()
    {
        var value = new StringBuilder();
        for (_at++; !IsEnd; _at++)
        {
            var letter = Peek;
            if (letter == '"')
            {
                _at++;
                return value.ToString();
            }
            if (letter == '\\')
            {
                if (++_at == _text.Length) return null;
                letter = Peek;
            }
            if (!HttpText.IsQuotable(letter)) return null;
            value.Append(letter);
        }
        return null;
    }

    private void SkipSpace()
    {
        while (!IsEnd && Peek is ' ' or '\t') _at++;
    }

    // Whether a comma was among it.
    private bool SkipListSpace()
    {
        var start = _at;
        while (!IsEnd && Peek is ' ' or '\t' or ',') _at++;
        return _text[start.._at].Contains(',');
    }

    private static bool IsToken68(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '.' or '_' or '~' or '+' or '/';
}
