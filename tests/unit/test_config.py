"""Settings: what stands in YAML and on the command line, checked before anything runs."""

import pytest

from engagement.config import load_settings, pseudonym_secret
from engagement.errors import ConfigurationError


def test_load_settings__override_wins_and_changes_the_fingerprint() -> None:
    plain = load_settings("local")
    chosen = load_settings("local", ["cohort.languages=[en, ta]", "cohort.name=two"])
    assert plain.cohort.languages == ()
    assert chosen.cohort.languages == ("en", "ta")
    assert chosen.voice == plain.voice
    assert chosen.sha256 != plain.sha256


def test_load_settings__one_word_is_a_list_of_one() -> None:
    assert load_settings("local", ["cohort.levels=m3"]).cohort.levels == ("m3",)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("cohort.langages=[en]", "Unknown key langages in cohort; perhaps languages; known: name, levels"),
        ("spped=1", "Unknown key spped in settings; known: paths"),
        ("voice.max_bytes=many", "voice.max_bytes is 'many'; expected whole number"),
        ("voice.require_gpu=1", "voice.require_gpu is 1; expected true or false"),
        ("cohort.levels=[m16]", "cohort.levels is 'm16'; expected one of m0"),
        ("cohort.start_date=2026-02-30", "is not YAML"),
        ("paths.report=!!python/object/apply:os.system [exit 1]", "is not YAML"),
        ("paths.warehouse=a`; DROP TABLE b; --", "expected no backtick in it"),
        ("cohort.name=../x", "expected letters, digits"),
        ("identity.fallback=name", "expected one of device, content_session"),
        ("score.dimension_weights.vocal=0.5", "expected 1, none below 0"),
        ("score.window_days=0", "score.window_days is 0; expected a number from 1"),
        ("insights.language=../en", "insights.language is '../en'; expected letters only"),
        ("validation.fewest_learners=1", "validation.fewest_learners is 1; expected a number from 2"),
        ("cohort", "--set got 'cohort'; expected key=value"),
        ("voice=3", "voice is 3; expected a section of keys"),
    ],
)
def test_load_settings__names_what_is_wrong(override: str, message: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        load_settings("local", [override])
    assert message in str(raised.value)


def test_load_settings__unknown_environment() -> None:
    with pytest.raises(ConfigurationError, match=r"conf/nowhere\.yaml does not exist"):
        load_settings("nowhere")


def test_pseudonym_secret__short_or_absent_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ENGAGEMENT_SECRET", raising=False)
    with pytest.raises(ConfigurationError, match="holds 0 bytes"):
        pseudonym_secret()
    monkeypatch.setenv("ENGAGEMENT_SECRET", "short")
    with pytest.raises(ConfigurationError, match="holds 5 bytes") as raised:
        pseudonym_secret()
    assert "short" not in str(raised.value)
    monkeypatch.setenv("ENGAGEMENT_SECRET", "a secret of good length")
    assert pseudonym_secret() == b"a secret of good length"
